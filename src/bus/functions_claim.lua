-- functions_claim.lua - goes on where functions.lua ends: may an order be sent, and what stops it, looked
-- at in the moment in which it is claimed.

-- Why the system `own` may send nothing, or nil.  Where nothing is said of colors there is no reason;
-- a system that has a color but has never seen which one is active is not it.
local function inactive(key, own)
	local color = call('HMGET', key, 'Color', 'Active', 'Until')
	own = own ~= '' and own or color[1]
	if not own then
		return nil
	end
	if color[2] ~= own then
		return own .. ' ' .. (color[2] or '')
	end
	if (tonumber(color[3]) or 0) > 0 and now_ms() > tonumber(color[3]) then
		return own .. ' ' .. own
	end
	return nil
end

-- "2026-11-23T06:00:00.000000Z" in microseconds since 1970; nil for anything else.
local function instant(text)
	local year, month, day, hour, minute, second, fraction, sign, east_h, east_m =
		string.match(tostring(text),
			'^(%d%d%d%d)-(%d%d)-(%d%d)T(%d%d):(%d%d):(%d%d)(%.?%d*)([Z+-])(%d*):?(%d*)$')
	if not year then
		return nil
	end
	year, month = tonumber(year), tonumber(month)
	if month <= 2 then -- the year begins in March: the day that leap years have is its last
		year, month = year - 1, month + 12
	end
	local days = 365 * year + math.floor(year / 4) - math.floor(year / 100) +
		math.floor(year / 400) + math.floor((153 * (month - 3) + 2) / 5) + day - 719469
	local east = sign == 'Z' and 0 or (tonumber(east_h) or 0) * 60 + (tonumber(east_m) or 0)
	local seconds = days * 86400 + hour * 3600 + minute * 60 + second -
		(sign == '-' and -east or east) * 60
	return seconds * 1000000 + math.floor((tonumber('0' .. fraction) or 0) * 1000000 + 0.5)
end

-- What a value says, as a table; empty where it cannot be read.
local function said(value)
	local fine, fields = pcall(cjson.decode, value)
	return fine and type(fields) == 'table' and fields or {}
end

local function now_us()
	local time = call('TIME')
	return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

local function is_over(value, now)
	local over = instant(said(value)['Until'])
	return over and now >= over
end

-- The halts that stand now, as "field value" by what they are of.  One that says until when is over
-- from then on; one that cannot be read stands.  Of several of the same scope a person's is told
-- first, then the first by name.
local function standing(key)
	local halts, fields = {}, {}
	if call('HLEN', key) == 0 then
		return halts
	end
	local now, all = now_us(), call('HGETALL', key)
	for i = 1, #all, 2 do
		local field, value = all[i], all[i + 1]
		local scope = string.match(field, '^risk:[^:]*:(.*)$')
		local rank = (scope and '1' or '0') .. field
		scope = scope or field
		if not is_over(value, now) and (not fields[scope] or rank < fields[scope]) then
			fields[scope], halts[scope] = rank, field .. ' ' .. value
		end
	end
	return halts
end

-- What each strategy may do; `fallback` where nobody has said.
local function lives(key, fallback)
	local known = {}
	return function(strategy)
		if known[strategy] == nil then
			local value = call('HGET', key, strategy)
			known[strategy] = value and tostring(said(value)['State'] or '?') or fallback
		end
		return known[strategy]
	end
end

-- Whether `word` is one of the words of `list`.
local function is_among(list, word)
	return string.find(' ' .. list .. ' ', ' ' .. word .. ' ', 1, true) ~= nil
end

-- claim: KEYS order...; ARGV halt, pending, submitting, every, color, own, strategies, fallback,
-- (lease, token, account, strategy, strategy's scope, scope of both, states that may trade, reduce,
-- now)...  `every`, `account` and the scopes are what halts are of.
-- ClaimedAt and Fence tell a repeat of the same call from another attempt; within one call the
-- second item of an order is another attempt.
local function claim(keys, args)
	local holds, halts, seen = fence(), standing(args[1]), {}
	local idle, life = inactive(args[5], args[6]), lives(args[7], args[8])
	local codes, texts = {}, {}
	for i = 1, #keys do
		local lease, token, account, strategy, scope, both, may, reduce, now =
			unpack(args, 9 * i, 9 * i + 8)
		local order = call('HMGET', keys[i], 'State', 'ClaimedAt', 'Fence')
		local state = order[1]
		local code, text
		if not holds(lease, token) then
			code = FENCED
		elseif not state then
			code = NO_SUCH_ORDER
		elseif state == args[3] and order[2] == now and order[3] == token and not seen[keys[i]] then
			code = CLAIMED
		elseif state ~= args[2] then
			code, text = NOT_PENDING, state
		elseif idle then
			code, text = INACTIVE, idle
		elseif reduce == '0' then
			text = halts[args[4]] or halts[account] or halts[scope] or halts[both]
			code = text and HALTED
			if not text and strategy ~= '' and not is_among(may, life(strategy)) then
				code, text = STOPPED, life(strategy)
			end
		end
		if not code then
			call('HSET', keys[i], 'State', args[3], 'ClaimedAt', now, 'Fence', token)
			code = CLAIMED
		end
		seen[keys[i]] = true
		codes[#codes + 1] = code
		texts[#texts + 1] = text
	end
	return answer(codes, texts)
end

-- Whether a field that is to be given a value says meanwhile what was not expected ('-': nothing).
local function is_overtaken(key, args)
	for i = 4, #args, 4 do
		local field, value, expected = unpack(args, i, i + 2)
		local present = value ~= '' and expected ~= '' and (call('HGET', key, field) or '-')
		if present and present ~= expected and present ~= value then
			return true
		end
	end
	return false
end

-- halt: KEYS hash, stream, [mark], [notifications]; ARGV kind, payload, ttl, (field, value, expected,
-- over)..., [channel, notice].  An empty value releases the field; where something is expected, only if it
-- says that; where it has to be over, only if it is.  A value that overtook another than was expected
-- changes nothing at all: -1.  The mark, if there is one, says that all this was done before.  What is
-- told comes last, so that a program from before it is served as it was.
-- Answer: how many fields are other than they were.
local function halt(keys, args)
	local count, notices, channel, notice = 0, nil, nil, nil
	if #args % 4 == 1 then
		notice, channel, notices = table.remove(args), table.remove(args), table.remove(keys)
	end
	local mark = keys[3]
	if mark and call('EXISTS', mark) == 1 then
		return count
	end
	if is_overtaken(keys[1], args) then
		return -1
	end
	for i = 4, #args, 4 do
		local field, value, expected, over = unpack(args, i, i + 3)
		local present = call('HGET', keys[1], field)
		if value ~= '' and present ~= value then
			call('HSET', keys[1], field, value)
			count = count + 1
		elseif value == '' and present and (expected == '' or present == expected) and
			(over == '0' or is_over(present, now_us())) then
			call('HDEL', keys[1], field)
			count = count + 1
		end
	end
	if count > 0 then
		call('XADD', keys[2], '*', 'kind', args[1], 'payload', args[2])
		if notices then
			tell(notices, channel, notice)
		end
	end
	if mark then
		call('SET', mark, '1', 'EX', args[3])
	end
	return count
end

register('yq_claim', claim)
register('yq_halt', halt, 'allow-oom')
