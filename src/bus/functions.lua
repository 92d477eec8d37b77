#!lua name=yquant
-- functions.lua - the durable steps, on the server: each call is atomic and on disk before its answer.
-- functions_trim.lua, which keeps the streams short, is the end of the same library.
--
-- Every name arrives with the call; this file knows none.  Of KEYS, each key that is written is
-- named; keys that are only read (kill switches, leases) come among ARGV, for the server takes KEYS
-- as written to.  No arithmetic on money: values are written as they come.
--
-- Each step is idempotent.  Where an item has a mark that it is done (a key, a field), the mark is
-- written after what it stands for, so that a call that a fault broke off is done again whole.
-- Answers: { one letter an item, text of each item that has one ... }; see steps.c.

local VERSION = '@VERSION@'

local ACCEPTED, DECIDED, SUBMITTED, CLAIMED, APPLIED = 'a', 'd', 's', 'c', 'w'
local DUPLICATE, ALREADY, HALTED, FENCED = '=', 'y', 'h', 'f'
local NOT_PENDING, NO_SUCH_ORDER, CLOSED = 'p', 'n', 'z'

-- redis.call is only there while a function runs.
local function call(...)
	return redis.call(...)
end

-- Reads a list one by one.
local function reader(list, at)
	return function()
		at = at + 1
		return list[at]
	end
end

-- HSET, HDEL ... with any number of arguments (unpack has a limit).
local function spread(command, key, list)
	for first = 1, #list, 1000 do
		call(command, key, unpack(list, first, math.min(first + 999, #list)))
	end
end

local function read_pairs(arg)
	local list = {}
	for i = 1, 2 * tonumber(arg()) do
		list[i] = arg()
	end
	return list
end

local function answer(codes, texts)
	table.insert(texts, 1, table.concat(codes))
	return texts
end

local function version()
	return VERSION
end

-- read: ARGV key...  Several hashes as they are at one moment.
local function read(_, args)
	local hashes = {}
	for i = 1, #args do
		hashes[i] = call('HGETALL', args[i])
	end
	return hashes
end

-- accept: KEYS stream, signal...; ARGV channel, ttl, (payload, foreign)...
-- The signal's own key is the mark.  It outlives its 48 hours nowhere: a repeat after that is new,
-- and its age makes it stale for whoever decides.
local function accept(keys, args)
	local arg = reader(args, 2)
	local codes = {}
	for i = 2, #keys do
		local payload, foreign = arg(), arg()
		if call('EXISTS', keys[i]) == 1 then
			codes[#codes + 1] = DUPLICATE
		else
			call('XADD', keys[1], '*', 'payload', payload)
			call('SET', keys[i], 'accepted', 'EX', args[2])
			if foreign == '0' then
				call('PUBLISH', args[1], payload)
			end
			codes[#codes + 1] = ACCEPTED
		end
	end
	return answer(codes, {})
end

-- A new order; false if its id exists.  Its hash is the mark.
local function create_order(bus, key, arg)
	local alias, ticker, created, payload, foreign = arg(), arg(), arg(), arg(), arg()
	if call('EXISTS', key) == 1 then
		return false
	end
	call('XADD', bus.stream, '*', 'kind', 'order', 'payload', payload)
	call('SADD', bus.open, string.sub(key, -36))
	call('HSET', key, 'Order', payload, 'State', bus.pending, 'AccountAlias', alias,
		'Ticker', ticker, 'Filled', '0', 'AvgPrice', '0', 'Notional', '0', 'Sequence', '0',
		'CreatedAt', created)
	if foreign == '0' then
		call('PUBLISH', bus.channel, payload)
	end
	return true
end

-- A request about an order that exists and is not final.  `mark` is the field that says it was made;
-- emptied, it says that it came to nothing and may be made again.
local function request(bus, key, kind, mark, made, payload)
	if call('EXISTS', key) == 0 then
		return NO_SUCH_ORDER
	end
	if (call('HGET', key, mark) or '') ~= '' then
		return DUPLICATE
	end
	if call('SISMEMBER', bus.open, string.sub(key, -36)) == 0 then
		return CLOSED
	end
	call('XADD', bus.stream, '*', 'kind', kind, 'payload', payload)
	call('HSET', key, mark, made)
	return SUBMITTED
end

-- submit: KEYS stream, open, order...; ARGV channel, pending, (kind, ...)...
--	order: alias, ticker, created, payload, foreign
--	cancel, replace: mark, made, payload
local function submit(keys, args)
	local bus = { stream = keys[1], open = keys[2], channel = args[1], pending = args[2] }
	local arg = reader(args, 2)
	local codes = {}
	for i = 3, #keys do
		local kind = arg()
		if kind == 'order' then
			codes[#codes + 1] = create_order(bus, keys[i], arg) and SUBMITTED or DUPLICATE
		else
			codes[#codes + 1] = request(bus, keys[i], kind, arg(), arg(), arg())
		end
	end
	return answer(codes, {})
end

-- decide: KEYS signals, orders, open, (signal, order...)...;
-- ARGV channel, pending, group, ttl, (entry, verdict, orders, (alias, ticker, created, payload,
-- foreign)...)...
-- Decided is a signal whose value is neither missing (it expired while nobody decided) nor
-- "accepted".  Then nothing is made again, the entry is only acknowledged.
local function decide(keys, args)
	local bus = { stream = keys[2], open = keys[3], channel = args[1], pending = args[2] }
	local key, arg = reader(keys, 3), reader(args, 4)
	local skip = function()
		for _ = 1, 5 do
			arg()
		end
	end
	local codes = {}
	local signal = key()
	while signal do
		local entry, verdict, orders = arg(), arg(), tonumber(arg())
		local word = call('GET', signal)
		local decided = word and word ~= 'accepted'
		for _ = 1, orders do
			local order = key()
			if decided then
				skip()
			else
				create_order(bus, order, arg)
			end
		end
		if not decided then
			if word then
				call('SET', signal, verdict, 'KEEPTTL')
			else
				call('SET', signal, verdict, 'EX', args[4])
			end
		end
		if entry ~= '' then
			call('XACK', keys[1], args[3], entry)
		end
		codes[#codes + 1] = decided and ALREADY or DECIDED
		signal = key()
	end
	return answer(codes, {})
end

-- Whether the lease has this token; each lease is looked up once a call.
local function fence()
	local tokens = {}
	return function(lease, token)
		if tokens[lease] == nil then
			tokens[lease] = call('HGET', lease, 'Token')
		end
		return tokens[lease] == token
	end
end

-- claim: KEYS order...; ARGV halt, pending, submitting, every, (lease, token, account, strategy,
-- reduce, now)...  `every`, `account` and `strategy` are fields of halt.
-- ClaimedAt and Fence tell a repeat of the same call from another attempt; within one call the
-- second item of an order is another attempt.
local function claim(keys, args)
	local holds, halts, seen = fence(), {}, {}
	local stands = function(field)
		if field == '' then
			return false
		end
		if halts[field] == nil then
			halts[field] = call('HGET', args[1], field)
		end
		return halts[field] and field .. ' ' .. halts[field]
	end
	local arg = reader(args, 4)
	local codes, texts = {}, {}
	for i = 1, #keys do
		local lease, token, account, strategy, reduce, now =
			arg(), arg(), arg(), arg(), arg(), arg()
		local order = call('HMGET', keys[i], 'State', 'ClaimedAt', 'Fence')
		local state, halt = order[1], nil
		local code
		if not holds(lease, token) then
			code = FENCED
		elseif not state then
			code = NO_SUCH_ORDER
		elseif state == args[3] and order[2] == now and order[3] == token and not seen[keys[i]] then
			code = CLAIMED
		elseif state ~= args[2] then
			code = NOT_PENDING
			texts[#texts + 1] = state
		else
			halt = reduce == '0' and (stands(args[4]) or stands(account) or stands(strategy))
			if halt then
				code = HALTED
				texts[#texts + 1] = halt
			else
				call('HSET', keys[i], 'State', args[3], 'ClaimedAt', now, 'Fence', token)
				code = CLAIMED
			end
		end
		seen[keys[i]] = true
		codes[#codes + 1] = code
	end
	return answer(codes, texts)
end

-- Everything one item of apply changes but the acknowledgement.  The order's hash, with the mark
-- (the execution's id or the sequence), is written last.
local function book(bus, item)
	if item.position_field ~= '' then
		if item.position_value == '' then
			call('HDEL', item.position, item.position_field)
		else
			call('HSET', item.position, item.position_field, item.position_value)
		end
	end
	if item.currency ~= '' then
		call('HSET', item.deposit, item.currency, item.amount)
	end
	if item.trade ~= '' then
		call('RPUSH', bus.trades, item.trade)
	end
	if item.result ~= '' then
		call('XADD', bus.executions, '*', 'payload', item.result)
	end
	if item.final == '1' then
		call('SREM', bus.open, string.sub(item.order, -36))
	end
	if item.sequence ~= '0' then
		table.insert(item.fields, 'Sequence')
		table.insert(item.fields, item.sequence)
	end
	if item.execution ~= '' then
		table.insert(item.fields, 'Exec:' .. item.execution)
		table.insert(item.fields, '1')
	end
	spread('HSET', item.order, item.fields)
	if item.result ~= '' then
		call('PUBLISH', bus.channel, item.result)
	end
end

local function apply_one(bus, holds, item)
	if not holds(item.lease, item.token) then
		return FENCED
	end
	local code = APPLIED
	local known = call('HMGET', item.order, 'State', 'Sequence', 'Exec:' .. item.execution)
	if not known[1] then
		code = NO_SUCH_ORDER
	elseif item.execution ~= '' then
		code = known[3] and ALREADY or APPLIED
	elseif item.sequence ~= '0' and tonumber(item.sequence) <= (tonumber(known[2]) or 0) then
		code = ALREADY
	end
	if code == APPLIED then
		book(bus, item)
	end
	if item.entry ~= '' then
		call('XACK', bus.orders, bus.group, item.entry)
	end
	return code
end

-- apply: KEYS orders, executions, trades, open, (order, position, deposit)...; ARGV channel, group,
-- (lease, token, execution, sequence, position field, position value, currency, amount, trade,
-- result, final, entry, pairs, (field, value)...)...
local function apply(keys, args)
	local bus = { orders = keys[1], executions = keys[2], trades = keys[3], open = keys[4],
		channel = args[1], group = args[2] }
	local key, arg, holds = reader(keys, 4), reader(args, 2), fence()
	local codes = {}
	local order = key()
	while order do
		local item = { order = order, position = key(), deposit = key(), lease = arg(),
			token = arg(), execution = arg(), sequence = arg(), position_field = arg(),
			position_value = arg(), currency = arg(), amount = arg(), trade = arg(),
			result = arg(), final = arg(), entry = arg(), fields = read_pairs(arg) }
		codes[#codes + 1] = apply_one(bus, holds, item)
		order = key()
	end
	return answer(codes, {})
end

-- lease: KEYS lease; ARGV owner, ttl in ms (0 = give back).  Answer { token, holder }.
-- A lease that was never there begins at the server's time in seconds, so that a lost hash does not
-- bring an old token back.
local function lease(keys, args)
	local time = call('TIME')
	local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
	local ttl = tonumber(args[2])
	local held = call('HMGET', keys[1], 'Owner', 'Token', 'ExpiresAt')
	local owner, token, expires = held[1] or '', tonumber(held[2]), tonumber(held[3]) or 0
	if owner ~= args[1] then
		if expires > now or ttl == 0 then
			return { string.format('%.0f', token or 0), owner }
		end
		token = token and token + 1 or tonumber(time[1])
	end
	local text = string.format('%.0f', token)
	call('HSET', keys[1], 'Owner', args[1], 'Token', text, 'ExpiresAt',
		string.format('%.0f', ttl == 0 and 0 or now + ttl))
	return { text, args[1] }
end

-- sync: KEYS index, account, deposit, position; ARGV lease, token, alias, active, (given, pairs,
-- ...) for each of the three hashes.  One transaction: no reader sees a hole.
local function sync(keys, args)
	if not fence()(args[1], args[2]) then
		return answer({ FENCED }, {})
	end
	local arg = reader(args, 4)
	for i = 2, 4 do
		if arg() == '1' then
			local list = read_pairs(arg)
			call('DEL', keys[i])
			spread('HSET', keys[i], list)
		end
	end
	call(args[4] == '1' and 'SADD' or 'SREM', keys[1], args[3])
	return answer({ APPLIED }, {})
end

-- archived: KEYS processing, parked, open, order..., signal..., stream...; ARGV ttl, now, removed,
-- parked, orders, signals, acks, then item..., item..., word..., (group, entry)...
-- Each part is harmless when done again: what is gone is not found.
local function archived(keys, args)
	local key, arg = reader(keys, 3), reader(args, 7)
	for _ = 1, tonumber(args[3]) do
		call('LREM', keys[1], 1, arg())
	end
	for _ = 1, tonumber(args[4]) do
		local item = arg()
		if call('LREM', keys[1], 1, item) == 1 then
			call('RPUSH', keys[2], item)
		end
	end
	for _ = 1, tonumber(args[5]) do
		local order = key()
		if call('EXISTS', order) == 1 and call('SISMEMBER', keys[3], string.sub(order, -36)) == 0 then
			call('HSET', order, 'ArchivedAt', args[2])
			call('EXPIRE', order, args[1])
		end
	end
	for _ = 1, tonumber(args[6]) do
		call('SET', key(), arg(), 'XX', 'KEEPTTL')
	end
	for _ = 1, tonumber(args[7]) do
		call('XACK', key(), arg(), arg())
	end
	return 'OK'
end

-- notify: KEYS stream; ARGV channel, payload.  A repeat is known by the latest entries.
local function notify(keys, args)
	for _, entry in ipairs(call('XREVRANGE', keys[1], '+', '-', 'COUNT', 128)) do
		if entry[2][2] == args[2] then
			return 'OK'
		end
	end
	call('XADD', keys[1], '*', 'payload', args[2])
	call('PUBLISH', args[1], args[2])
	return 'OK'
end

-- stock: KEYS stock...; ARGV ttl, (pairs, (field, value)...)...  An empty value deletes its field.
local function stock(keys, args)
	local arg = reader(args, 1)
	for i = 1, #keys do
		local list, gone = {}, {}
		for _ = 1, tonumber(arg()) do
			local field, value = arg(), arg()
			if value == '' then
				gone[#gone + 1] = field
			else
				list[#list + 1] = field
				list[#list + 1] = value
			end
		end
		spread('HDEL', keys[i], gone)
		spread('HSET', keys[i], list)
		call('EXPIRE', keys[i], args[1])
	end
	return 'OK'
end

-- beat: KEYS heartbeat; ARGV ttl, pairs, (field, value)...
local function beat(keys, args)
	local arg = reader(args, 1)
	spread('HSET', keys[1], read_pairs(arg))
	call('EXPIRE', keys[1], args[1])
	return 'OK'
end

-- What ends work, or tells of it, runs also when the server's memory is used up: refused there, it
-- could free nothing, and what a broker did could not be written down.  What begins work waits.
local function register(name, callback, flag)
	redis.register_function({ function_name = name, callback = callback, flags = { flag } })
end

register('yq_version', version, 'no-writes')
register('yq_read', read, 'no-writes')
register('yq_accept', accept)
register('yq_decide', decide)
register('yq_submit', submit)
register('yq_claim', claim)
register('yq_apply', apply, 'allow-oom')
register('yq_lease', lease, 'allow-oom')
register('yq_sync', sync, 'allow-oom')
register('yq_archived', archived, 'allow-oom')
register('yq_notify', notify, 'allow-oom')
register('yq_stock', stock)
register('yq_beat', beat, 'allow-oom')
