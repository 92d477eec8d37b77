/* terms.ts - API의 낱말과 분야의 용어. */
export const terms = {
  'term.Buy': '매수', 'term.Sell': '매도',
  'term.Limit': '지정가', 'term.Market': '시장가', 'term.Stop': '스톱', 'term.StopLimit': '스톱 지정가',
  'term.Day': '당일', 'term.Gtc': '취소할 때까지', 'term.Ioc': '즉시 체결 후 잔량 취소', 'term.Fok': '전량 체결 아니면 취소',
  'term.Pending': '대기', 'term.Submitting': '전송 중', 'term.Unknown': '알 수 없음', 'term.Open': '미체결',
  'term.PartiallyFilled': '일부 체결', 'term.Filled': '체결', 'term.Canceled': '취소됨',
  'term.Rejected': '거부됨', 'term.Expired': '만료됨',
  'term.Viewer': '조회자', 'term.Trader': '거래자', 'term.Admin': '관리자',
  'term.Info': '정보', 'term.Warning': '주의', 'term.Critical': '심각',
  'term.System': '시스템', 'term.Schedule': '예약', 'term.Risk': '위험', 'term.Security': '보안', 'term.Order': '주문',
  'term.Manual': '직접',
  'col.account': '계좌', 'col.ticker': '종목 코드', 'col.name': '종목명', 'col.exchange': '거래소', 'col.side': '구분',
  'col.type': '유형', 'col.quantity': '수량', 'col.filled': '체결 수량', 'col.price': '가격', 'col.stopPrice': '스톱 가격',
  'col.averagePrice': '평균가', 'col.value': '평가액', 'col.cost': '매입액', 'col.unrealized': '평가 손익', 'col.change': '오늘',
  'col.state': '상태', 'col.at': '시각', 'col.reason': '사유', 'col.currency': '통화', 'col.amount': '금액',
  'col.commission': '수수료', 'col.message': '메시지', 'col.actions': '작업', 'col.rate': '수익률', 'col.tif': '유효 조건',
} as const;
