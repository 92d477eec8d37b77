#!/usr/bin/env python3
"""The simulator's KIS face, field for field against the lists of KIS's documents as typed here.

    simulator_kis.py YQ_SIMULATOR
"""
import re
import sys
import urllib.error

from simulator import Simulator, Tap

sim = Simulator(sys.argv[1], "--no-sync")
KEYS = {"appkey": "P" * 36, "appsecret": "s" * 180}
ACCOUNT = {"CANO": "12345678", "ACNT_PRDT_CD": "01"}
D, O, P = "/uapi/domestic-stock/v1", "/uapi/overseas-stock/v1", "/uapi/overseas-price/v1"
HOST = {"real": "/kis", "virtual": "/kis-virtual"}
token = None

# exchange: order code, quote code, tickers, a price, and {real, virtual} of buy, sell, change or cancel
MARKETS = [
    ("NASD", "NAS", "AAPL", "200", ("TTTT1002U", "VTTT1002U"), ("TTTT1006U", "VTTT1001U"), ("TTTT1004U", "VTTT1004U")),
    ("NYSE", "NYS", "KO", "60", ("TTTT1002U", "VTTT1002U"), ("TTTT1006U", "VTTT1001U"), ("TTTT1004U", "VTTT1004U")),
    ("AMEX", "AMS", "SPY", "500", ("TTTT1002U", "VTTT1002U"), ("TTTT1006U", "VTTT1001U"), ("TTTT1004U", "VTTT1004U")),
    ("SEHK", "HKS", "00700", "400", ("TTTS1002U", "VTTS1002U"), ("TTTS1001U", "VTTS1001U"), ("TTTS1003U", "VTTS1003U")),
    ("SHAA", "SHS", "601318", "50", ("TTTS0202U", "VTTS0202U"), ("TTTS1005U", "VTTS1005U"), ("TTTS0302U", "VTTS0302U")),
    ("SZAA", "SZS", "000858", "140", ("TTTS0305U", "VTTS0305U"), ("TTTS0304U", "VTTS0304U"), ("TTTS0306U", "VTTS0306U")),
    ("TKSE", "TSE", "7203", "2600", ("TTTS0308U", "VTTS0308U"), ("TTTS0307U", "VTTS0307U"), ("TTTS0309U", "VTTS0309U")),
    ("HASE", "HNX", "SHS", "13000", ("TTTS0311U", "VTTS0311U"), ("TTTS0310U", "VTTS0310U"), ("TTTS0312U", "VTTS0312U")),
    ("VNSE", "HSX", "VNM", "64000", ("TTTS0311U", "VTTS0311U"), ("TTTS0310U", "VTTS0310U"), ("TTTS0312U", "VTTS0312U")),
]
OURS = {"NASD": "NASDAQ", "NYSE": "NYSE", "AMEX": "AMEX", "SEHK": "HKEX", "SHAA": "SSE", "SZAA": "SZSE",
        "TKSE": "TSE", "HASE": "HNX", "VNSE": "HOSE"}

PRICE = "stck_prpr prdy_vrss prdy_vrss_sign prdy_ctrt acml_vol stck_oprc stck_hgpr stck_lwpr stck_mxpr stck_llam " \
        "stck_sdpr aspr_unit temp_stop_yn iscd_stat_cls_code"
BALANCE1 = "pdno prdt_name hldg_qty ord_psbl_qty pchs_avg_pric pchs_amt prpr evlu_amt evlu_pfls_amt evlu_pfls_rt"
BALANCE2 = "dnca_tot_amt nxdy_excc_amt prvs_rcdl_excc_amt scts_evlu_amt tot_evlu_amt nass_amt"
POWER = "ord_psbl_cash nrcvb_buy_amt nrcvb_buy_qty max_buy_amt max_buy_qty"
FILLS = "ord_dt odno orgn_odno sll_buy_dvsn_cd pdno ord_qty ord_unpr ord_tmd tot_ccld_qty avg_prvs tot_ccld_amt " \
        "rmn_qty rjct_qty cncl_yn cncl_cfrm_qty excg_id_dvsn_Cd"
O_PRICE = "rsym zdiv base pvol last sign diff rate tvol tamt ordy"
O_BALANCE = "ovrs_pdno ovrs_cblc_qty ord_psbl_qty pchs_avg_pric now_pric2 frcr_pchs_amt1 ovrs_stck_evlu_amt " \
            "frcr_evlu_pfls_amt evlu_pfls_rt tr_crcy_cd ovrs_excg_cd"
O_DEPOSIT1 = "pdno ccld_qty_smtl1 ord_psbl_qty1 avg_unpr3 ovrs_now_pric1 bass_exrt"
O_DEPOSIT2 = "crcy_cd frcr_dncl_amt_2 frcr_drwg_psbl_amt_1 frst_bltn_exrt nxdy_frcr_drwg_psbl_amt"
O_DEPOSIT3 = "tot_asst_amt tot_dncl_amt frcr_use_psbl_amt"
O_MARGIN = "crcy_cd frcr_dncl_amt1 frcr_gnrl_ord_psbl_amt itgr_ord_psbl_amt"
O_POWER = "ord_psbl_frcr_amt ovrs_ord_psbl_amt max_ord_psbl_qty exrt"
O_FILLS = "ord_dt odno orgn_odno sll_buy_dvsn_cd rvse_cncl_dvsn pdno ft_ord_qty ft_ord_unpr3 ft_ccld_qty ft_ccld_unpr3 " \
          "ft_ccld_amt3 nccs_qty prcs_stat_name rjct_rson rjct_rson_name ord_tmd ovrs_excg_cd tr_crcy_cd dmst_ord_dt"


def raw(host, method, path, tr=None, fields=None, headers=None, timeout=20):
    given = {"content-type": "application/json; charset=utf-8", **KEYS, "custtype": "P"}
    if token:
        given["authorization"] = "Bearer " + token
    if tr:
        given["tr_id"] = tr
    given.update(headers or {})
    given = {name: value for name, value in given.items() if value is not None}
    if method == "GET":
        from urllib.parse import urlencode
        return sim.call("GET", HOST[host] + path + "?" + urlencode(fields or {}), None, given, timeout)
    return sim.call(method, HOST[host] + path, fields, given, timeout)


def ask(host, path, tr, fields, lists, headers=None):
    """The answer, whose lists are checked: {"output1": "the fields it has"}"""
    status, body, head = raw(host, "GET", path, tr, fields, headers)
    assert status == 200 and body["rt_cd"] == "0", (path, tr, status, body)
    assert len(body["msg1"].encode()) >= 80 and head["tr_id"] == tr
    for name, names in lists.items():
        for row in body[name] if isinstance(body[name], list) else [body[name]]:
            assert set(names.split()) <= set(row), (path, name, set(names.split()) - set(row))
            assert all(isinstance(value, str) for value in row.values()), row
    return body, head


def order(host, path, tr, fields, code="APBK0013"):
    status, body, _ = raw(host, "POST", path, tr, {**ACCOUNT, **fields})
    assert (status, body["msg_cd"]) == (200, code), (tr, fields, status, body)
    if code != "APBK0013":
        assert body["rt_cd"] == "1"
        return None
    assert set(body["output"]) >= {"KRX_FWDG_ORD_ORGNO", "ODNO", "ORD_TMD"} and len(body["output"]["ODNO"]) == 10
    return body["output"]["ODNO"]


def domestic(host, side, **fields):
    tr = {"buy": "TTC0012U", "sell": "TTC0011U"}[side]
    return order(host, D + "/trading/order-cash", ("V" if host == "virtual" else "T") + tr,
                 {"PDNO": "005930", "ORD_DVSN": "00", "ORD_QTY": "1", "ORD_UNPR": "70000", **fields})


def fills(host, **fields):
    tr = "VTTC0081R" if host == "virtual" else "TTTC0081R"
    body, head = ask(host, D + "/trading/inquire-daily-ccld", tr, {
        **ACCOUNT, "INQR_STRT_DT": "20260101", "INQR_END_DT": "20991231", "SLL_BUY_DVSN_CD": "00", "PDNO": "",
        "ORD_GNO_BRNO": "", "ODNO": "", "CCLD_DVSN": "00", "INQR_DVSN": "00", "INQR_DVSN_1": "", "INQR_DVSN_3": "00",
        "EXCG_ID_DVSN_CD": "KRX", "CTX_AREA_FK100": "", "CTX_AREA_NK100": "", **fields}, {"output1": FILLS},
        {"tr_cont": fields.get("tr_cont", "")})
    return body, head


def overseas_fills(host, **fields):
    tr, any_of = ("VTTS3035R", "") if host == "virtual" else ("TTTS3035R", "%")
    body, _ = ask(host, O + "/trading/inquire-ccnl", tr, {
        **ACCOUNT, "PDNO": any_of, "ORD_STRT_DT": "20260101", "ORD_END_DT": "20991231", "SLL_BUY_DVSN": "00",
        "CCLD_NCCS_DVSN": "00", "OVRS_EXCG_CD": any_of, "SORT_SQN": "DS", "ORD_DT": "", "ORD_GNO_BRNO": "", "ODNO": "",
        "CTX_AREA_FK200": "", "CTX_AREA_NK200": "", **fields}, {"output": O_FILLS})
    return body["output"]


def balance(host):
    body, _ = ask(host, D + "/trading/inquire-balance", "VTTC8434R" if host == "virtual" else "TTTC8434R", {
        **ACCOUNT, "AFHR_FLPR_YN": "N", "OFL_YN": "", "INQR_DVSN": "02", "UNPR_DVSN": "01", "FUND_STTL_ICLD_YN": "N",
        "FNCG_AMT_AUTO_RDPT_YN": "N", "PRCS_DVSN": "00", "CTX_AREA_FK100": "", "CTX_AREA_NK100": ""},
        {"output1": BALANCE1, "output2": BALANCE2})
    assert len(body["output2"]) == 1
    return body


def test_a_token_is_given_once_a_minute_and_is_the_same():
    global token
    grant = {"grant_type": "client_credentials", **KEYS}
    status, body, _ = sim.call("POST", "/kis/oauth2/tokenP", grant)
    assert status == 200 and body["token_type"] == "Bearer" and body["expires_in"] == 86400, body
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", body["access_token_token_expired"])
    assert len(body["access_token"]) <= 350
    token = body["access_token"]
    status, refused, _ = sim.call("POST", "/kis/oauth2/tokenP", grant)
    assert (status, refused["error_code"]) == (403, "EGW00133"), refused
    sim.knobs(kis_tokens_per_minute=0)
    status, again, _ = sim.call("POST", "/kis/oauth2/tokenP", grant)
    assert status == 200 and again["access_token"] == token
    status, refused, _ = sim.call("POST", "/kis/oauth2/tokenP", {**grant, "appsecret": "other"})
    assert status == 403 and refused["error_code"] == "EGW00105"
    status, body, _ = sim.call("POST", "/kis/oauth2/Approval",
                               {"grant_type": "client_credentials", "appkey": KEYS["appkey"],
                                "secretkey": KEYS["appsecret"]})
    assert status == 200 and body["approval_key"]
    assert sim.call("POST", "/kis/uapi/hashkey", {"a": "1"}, KEYS)[1]["HASH"]


def test_without_a_right_token_nothing_is_told():
    fields = {"FID_COND_MRKT_DIV_CODE": "J", "FID_INPUT_ISCD": "005930"}
    for headers, code in (({"authorization": None}, "EGW00122"), ({"authorization": "Bearer x"}, "EGW00121"),
                          ({"authorization": token}, "EGW00205"), ({"appsecret": "x"}, "EGW00105"),
                          ({"appkey": None}, "EGW00103"), ({"tr_id": "TTTC0000R"}, "EGW00206")):
        status, body, _ = raw("real", "GET", D + "/quotations/inquire-price", "FHKST01010100", fields, headers)
        assert (status, body["rt_cd"], body["msg_cd"]) == (500, "1", code), (headers, status, body)


def test_the_rate_is_limited_real_and_virtual():
    fields = {"FID_COND_MRKT_DIV_CODE": "J", "FID_INPUT_ISCD": "005930"}
    for host, knob, most in (("real", "kis_per_second", 2), ("virtual", "kis_virtual_per_second", 1)):
        sim.knobs(**{knob: most})
        for _ in range(20):
            said = [raw(host, "GET", D + "/quotations/inquire-price", "FHKST01010100", fields) for _ in range(most + 1)]
            if said[-1][0] == 500:
                break
        assert said[-1][0] == 500 and said[-1][1]["msg_cd"] == "EGW00201" and said[-1][1]["rt_cd"] == "1", said
        sim.knobs(**{knob: 0})


def each_host(check):
    for host in HOST:
        check(host)


def test_a_price():
    def check(host):
        sim.price("KOSPI:005930", 71500)
        body, _ = ask(host, D + "/quotations/inquire-price", "FHKST01010100",
                      {"FID_COND_MRKT_DIV_CODE": "J", "FID_INPUT_ISCD": "005930"}, {"output": PRICE})
        assert body["output"]["stck_prpr"] == "71500" and body["output"]["aspr_unit"] == "100"
        assert body["msg_cd"] == "MCA00000"
    each_host(check)


def test_orders_at_home():
    def check(host):
        sim.price("KOSPI:005930", 71500)
        bought = domestic(host, "buy", ORD_DVSN="01", ORD_QTY="10", ORD_UNPR="0")
        row = fills(host, ODNO=bought)[0]["output1"][0]
        assert (row["tot_ccld_qty"], row["avg_prvs"], row["sll_buy_dvsn_cd"]) == ("10", "71500.0000", "02"), row
        held = balance(host)["output1"][0]
        assert (held["pdno"], held["hldg_qty"], held["pchs_avg_pric"]) == ("005930", "10", "71500.0000"), held
        resting = domestic(host, "sell", ORD_QTY="4", ORD_UNPR="80000")
        assert fills(host, ODNO=resting)[0]["output1"][0]["rmn_qty"] == "4"
        change = {"KRX_FWDG_ORD_ORGNO": "91252", "ORGN_ODNO": resting, "ORD_DVSN": "00", "RVSE_CNCL_DVSN_CD": "01",
                  "ORD_QTY": "4", "ORD_UNPR": "81000", "QTY_ALL_ORD_YN": "Y"}
        tr = "VTTC0013U" if host == "virtual" else "TTTC0013U"
        changed = order(host, D + "/trading/order-rvsecncl", tr, change)
        assert changed != resting
        row = fills(host, ODNO=changed)[0]["output1"][0]
        assert (row["orgn_odno"], row["ord_unpr"]) == (resting, "81000"), row
        gone = order(host, D + "/trading/order-rvsecncl", tr,
                     {**change, "ORGN_ODNO": changed, "RVSE_CNCL_DVSN_CD": "02", "ORD_UNPR": "0"})
        assert gone not in (changed, resting)
        row = fills(host, ODNO=changed)[0]["output1"][0]
        assert (row["cncl_yn"], row["cncl_cfrm_qty"], row["rmn_qty"]) == ("Y", "4", "0"), row
        order(host, D + "/trading/order-rvsecncl", tr, {**change, "ORGN_ODNO": "0000999999"}, "APBK0323")
        domestic(host, "sell", ORD_DVSN="13", ORD_QTY="10", ORD_UNPR="0")
        for fields, code in (({"PDNO": "NOSUCH"}, "APBK0656"), ({"ORD_DVSN": "05"}, "APBK1234"),
                             ({"ORD_UNPR": "70001"}, "APBK0506"), ({"ORD_QTY": "0"}, "APBK0506"),
                             ({"ORD_QTY": "x"}, "APBK0506"), ({"ORD_QTY": "100000"}, "APBK0952")):
            status, body, _ = raw(host, "POST", D + "/trading/order-cash", "VTTC0012U" if host == "virtual" else "TTTC0012U",
                                  {**ACCOUNT, "PDNO": "005930", "ORD_DVSN": "00", "ORD_QTY": "1", "ORD_UNPR": "70000", **fields})
            assert (status, body["msg_cd"]) == (200, code), (fields, body)
    each_host(check)


def test_rows_come_in_pages():
    for _ in range(20):
        domestic("virtual", "buy", ORD_UNPR="60000")
    everything, seen, fields = 0, [], {}
    while True:
        body, head = fills("virtual", **fields)
        assert len(body["output1"]) <= 15
        seen += [row["odno"] for row in body["output1"]]
        everything += 1
        if head["tr_cont"] not in ("F", "M"):
            break
        fields = {"CTX_AREA_FK100": body["ctx_area_fk100"], "CTX_AREA_NK100": body["ctx_area_nk100"], "tr_cont": "N"}
    assert everything == 2 and len(seen) == len(set(seen)) and len(seen) >= 23 and head["tr_cont"] == "E", (seen, head)


def test_questions_at_home():
    def check(host):
        balance(host)
        body, _ = ask(host, D + "/trading/inquire-psbl-order", "VTTC8908R" if host == "virtual" else "TTTC8908R",
                      {**ACCOUNT, "PDNO": "005930", "ORD_UNPR": "50000", "ORD_DVSN": "00", "CMA_EVLU_AMT_ICLD_YN": "N",
                       "OVRS_ICLD_YN": "N"}, {"output": POWER})
        assert int(body["output"]["max_buy_qty"]) == int(body["output"]["ord_psbl_cash"]) // 50000
    each_host(check)
    body, _ = ask("real", D + "/trading/inquire-psbl-rvsecncl", "TTTC0084R",
                  {**ACCOUNT, "CTX_AREA_FK100": "", "CTX_AREA_NK100": "", "INQR_DVSN_1": "0", "INQR_DVSN_2": "0"}, {})
    assert isinstance(body["output"], list)
    body, _ = ask("real", D + "/quotations/chk-holiday", "CTCA0903R",
                  {"BASS_DT": "20261005", "CTX_AREA_FK": "", "CTX_AREA_NK": ""},
                  {"output": "bass_dt bzdy_yn tr_day_yn opnd_yn sttl_day_yn"})
    days = {row["bass_dt"]: row["opnd_yn"] for row in body["output"]}
    assert (days["20261005"], days["20261006"], days["20261009"], days["20261010"]) == ("N", "Y", "N", "N"), days
    for tr, path in (("TTTC0084R", D + "/trading/inquire-psbl-rvsecncl"), ("CTCA0903R", D + "/quotations/chk-holiday"),
                     ("TTTS3018R", O + "/trading/inquire-nccs"), ("TTTC2101R", O + "/trading/foreign-margin")):
        status, body, _ = raw("virtual", "GET", path, tr, ACCOUNT)
        assert (status, body["msg_cd"]) == (500, "EGW00213"), (tr, body)


def above(price):
    return str(price + 10 if price < 1000 else price * 11 // 10 // 100 * 100)


def test_orders_of_each_exchange_and_side():
    def check(host):
        at = 1 if host == "virtual" else 0
        for exchange, quote, ticker, price, buy, sell, change in MARKETS:
            sim.price(f"{OURS[exchange]}:{ticker}", float(price))
            terms = {"OVRS_EXCG_CD": exchange, "PDNO": ticker, "ORD_QTY": "400", "OVRS_ORD_UNPR": price, "CTAC_TLNO": "",
                     "MGCO_APTM_ODNO": "", "SLL_TYPE": "", "ORD_SVR_DVSN_CD": "0", "ORD_DVSN": "00"}
            if exchange in ("NASD", "NYSE", "AMEX"):
                terms["ORD_QTY"] = "1"
            bought = order(host, O + "/trading/order", buy[at], terms)
            row = [r for r in overseas_fills(host) if r["odno"] == bought][0]
            assert (row["ovrs_excg_cd"], row["prcs_stat_name"], row["nccs_qty"]) == (exchange, "완료", "0"), row
            assert float(row["ft_ccld_unpr3"]) == float(price) and row["sll_buy_dvsn_cd"] == "02"
            resting = order(host, O + "/trading/order", sell[at],
                            {**terms, "SLL_TYPE": "00", "OVRS_ORD_UNPR": above(int(price))})
            cancel = {"OVRS_EXCG_CD": exchange, "PDNO": ticker, "ORGN_ODNO": resting, "RVSE_CNCL_DVSN_CD": "02",
                      "ORD_QTY": terms["ORD_QTY"], "OVRS_ORD_UNPR": "0", "MGCO_APTM_ODNO": "", "ORD_SVR_DVSN_CD": "0"}
            row = [r for r in overseas_fills(host) if r["odno"] == resting][0]
            assert (row["nccs_qty"], row["prcs_stat_name"]) == (terms["ORD_QTY"], "전송"), row
            order(host, O + "/trading/order-rvsecncl", change[at], cancel)
            body, _ = ask(host, P + "/quotations/price", "HHDFS00000300", {"AUTH": "", "EXCD": quote, "SYMB": ticker},
                          {"output": O_PRICE})
            assert float(body["output"]["last"]) == float(price), body
            # The other side's transaction, or another country's, is not taken for it.
            status, body, _ = raw(host, "POST", O + "/trading/order", "TTTT1006U" if host == "virtual" else "VTTT1001U",
                                  {**ACCOUNT, **terms})
            assert status == 500 and body["rt_cd"] == "1", body
    each_host(check)


def test_cancel_only_markets_take_no_change():
    for exchange, _, ticker, price, _, _, change in MARKETS:
        if exchange not in ("SHAA", "SZAA", "HASE", "VNSE"):
            continue
        tr = [m for m in MARKETS if m[0] == exchange][0][4][0]
        resting = order("real", O + "/trading/order", tr, {
            "OVRS_EXCG_CD": exchange, "PDNO": ticker, "ORD_QTY": "100", "OVRS_ORD_UNPR": str(int(price) // 2),
            "ORD_SVR_DVSN_CD": "0", "ORD_DVSN": "00"})
        order("real", O + "/trading/order-rvsecncl", change[0], {
            "OVRS_EXCG_CD": exchange, "PDNO": ticker, "ORGN_ODNO": resting, "RVSE_CNCL_DVSN_CD": "01", "ORD_QTY": "100",
            "OVRS_ORD_UNPR": price}, "APBK1234")


def test_questions_abroad():
    def check(host):
        virtual = host == "virtual"
        body, _ = ask(host, O + "/trading/inquire-balance", "VTTS3012R" if virtual else "TTTS3012R",
                      {**ACCOUNT, "OVRS_EXCG_CD": "NASD", "TR_CRCY_CD": "USD", "CTX_AREA_FK200": "", "CTX_AREA_NK200": ""},
                      {"output1": O_BALANCE})
        held = [row["ovrs_pdno"] for row in body["output1"]]
        assert (held == ["AAPL"]) if virtual else (set(held) >= {"AAPL", "KO", "SPY"}), held
        assert isinstance(body["output2"], dict)
        body, _ = ask(host, O + "/trading/inquire-present-balance", "VTRP6504R" if virtual else "CTRP6504R",
                      {**ACCOUNT, "WCRC_FRCR_DVSN_CD": "02", "NATN_CD": "000", "TR_MKET_CD": "00", "INQR_DVSN_CD": "00"},
                      {"output1": O_DEPOSIT1, "output2": O_DEPOSIT2, "output3": O_DEPOSIT3})
        assert [row["crcy_cd"] for row in body["output2"]] == ([] if virtual else ["USD", "CNY", "JPY", "HKD", "VND"])
        body, _ = ask(host, O + "/trading/inquire-psamount", "VTTS3007R" if virtual else "TTTS3007R",
                      {**ACCOUNT, "OVRS_EXCG_CD": "NASD", "OVRS_ORD_UNPR": "100", "ITEM_CD": "AAPL"}, {"output": O_POWER})
        assert int(body["output"]["max_ord_psbl_qty"]) > 0
    each_host(check)
    body, _ = ask("real", O + "/trading/foreign-margin", "TTTC2101R", ACCOUNT, {"output": O_MARGIN})
    assert len(body["output"]) == 5
    ask("real", O + "/trading/inquire-nccs", "TTTS3018R",
        {**ACCOUNT, "OVRS_EXCG_CD": "NASD", "SORT_SQN": "DS", "CTX_AREA_FK200": "", "CTX_AREA_NK200": ""}, {})
    ask("real", O + "/quotations/countries-holiday", "CTOS5011R", {"TRAD_DT": "20261123", "CTX_AREA_NK": "", "CTX_AREA_FK": ""}, {})


def test_what_is_missing_is_named():
    status, body, _ = raw("real", "POST", D + "/trading/order-cash", "TTTC0012U", {**ACCOUNT, "PDNO": "005930"})
    assert status == 200 and body["rt_cd"] == "1" and "ORD_DVSN" in body["msg1"], body
    status, body, _ = raw("real", "POST", D + "/trading/order-cash", "TTTC0012U",
                          {**ACCOUNT, "PDNO": "005930", "ORD_DVSN": "00", "ORD_QTY": 1, "ORD_UNPR": "70000"})
    assert body["rt_cd"] == "1" and "ORD_QTY" in body["msg1"], body  # a number is no text
    status, body, _ = raw("real", "GET", O + "/trading/foreign-margin", "TTTC2101R",
                          {"CANO": "87654321", "ACNT_PRDT_CD": "1"})
    assert body["msg_cd"] == "OPSQ2000", body


def test_an_expired_token_is_told():
    sim.control("POST", "/expire-tokens")
    status, body, _ = raw("real", "GET", O + "/trading/foreign-margin", "TTTC2101R", ACCOUNT)
    assert (status, body["msg_cd"]) == (500, "EGW00123"), body
    status, body, _ = sim.call("POST", "/kis/oauth2/tokenP", {"grant_type": "client_credentials", **KEYS})
    global token
    assert status == 200 and body["access_token"] != token
    token = body["access_token"]
    ask("real", O + "/trading/foreign-margin", "TTTC2101R", ACCOUNT, {})


def test_an_order_may_be_taken_and_not_answered():
    sim.knobs(timeout_next=1)
    try:
        raw("real", "POST", D + "/trading/order-cash", "TTTC0012U", {
            **ACCOUNT, "PDNO": "000660", "ORD_DVSN": "01", "ORD_QTY": "3", "ORD_UNPR": "0"}, timeout=1)
        raise AssertionError("it was answered")
    except (TimeoutError, urllib.error.URLError):
        pass
    assert [row["tot_ccld_qty"] for row in fills("real", PDNO="000660")[0]["output1"]] == ["3"]
    sim.knobs(error_after_next=1)
    status, body, _ = raw("real", "POST", D + "/trading/order-cash", "TTTC0012U", {
        **ACCOUNT, "PDNO": "000660", "ORD_DVSN": "01", "ORD_QTY": "2", "ORD_UNPR": "0"})
    assert (status, body["msg_cd"]) == (500, "EGW00302"), body
    assert [row["tot_ccld_qty"] for row in fills("real", PDNO="000660")[0]["output1"]] == ["2", "3"]


def test_a_market_that_is_closed_takes_no_order():
    sim.knobs(always_open=0, clock_offset_s=0)
    # The exchange's clock goes ahead to the next Sunday, whatever day it is.
    import datetime
    now = datetime.datetime.now(datetime.timezone.utc)
    sim.knobs(clock_offset_s=((6 - now.weekday()) % 7) * 86400)
    status, body, _ = sim.call("POST", "/kis/oauth2/tokenP", {"grant_type": "client_credentials", **KEYS})
    assert status == 200
    global token
    token = body["access_token"]
    if now.hour < 14:  # Sunday in Korea too
        domestic_closed = {**ACCOUNT, "PDNO": "005930", "ORD_DVSN": "00", "ORD_QTY": "1", "ORD_UNPR": "70000"}
        status, body, _ = raw("real", "POST", D + "/trading/order-cash", "TTTC0012U", domestic_closed)
        assert body["msg_cd"] == "APBK0918", body
    status, body, _ = raw("real", "POST", O + "/trading/order", "TTTT1002U", {
        **ACCOUNT, "OVRS_EXCG_CD": "NASD", "PDNO": "AAPL", "ORD_QTY": "1", "OVRS_ORD_UNPR": "200", "ORD_SVR_DVSN_CD": "0",
        "ORD_DVSN": "00"})
    assert body["msg_cd"] == "APBK1664", body


tap = Tap()
try:
    sim.knobs(kis_per_second=0, kis_virtual_per_second=0)
    for market in ("VND", "JPY", "HKD", "CNY"):
        for account in ("12345678-01", "v12345678-01"):
            sim.control("PUT", "/accounts/" + account, {"cash": {market: 10000000000}})
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            tap.run(test)
finally:
    sim.remove()
sys.exit(tap.end())
