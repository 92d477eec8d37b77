#!lua name=yquant
-- functions.lua - the durable steps, on the server: each call is atomic and on disk before its answer.
-- functions_claim.lua, functions_end.lua, functions_bracket.lua, functions_lease.lua,
-- functions_access.lua, functions_archive.lua and functions_trim.lua go on where it ends: one library.
--
-- Every name arrives with the call; this file knows none.  Of KEYS, each key that is written is
-- named; keys that are only read (kill switches, leases) come among ARGV, for the server takes KEYS
-- as written to.  No arithmetic on money: values are written as they come.
--
-- Each step is idempotent.  Where an item has a mark that it is done (a key, a field), the mark is
-- written after what it stands for, so that a call that a fault broke off is done again whole.
-- What one command can do for all items is done once a call: reads of marks before the first write,
-- what must stand before any mark (members of a set, fields of one hash) before the first mark,
-- acknowledgements after the last.
-- Answers: { one letter an item, text of each item that has one ... }; see steps.c.

local VERSION = '@VERSION@'

local ACCEPTED, DECIDED, SUBMITTED, CLAIMED, APPLIED = 'a', 'd', 's', 'c', 'w'
local DUPLICATE, ALREADY, HALTED, FENCED = '=', 'y', 'h', 'f'
local NOT_PENDING, NO_SUCH_ORDER, CLOSED, INACTIVE, STOPPED = 'p', 'n', 'z', 'i', 'l'

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

-- HSET, HDEL ... with any number of arguments (unpack has a limit); nothing if there are none.
local function spread(command, key, list)
	for first = 1, #list, 1000 do
		call(command, key, unpack(list, first, math.min(first + 999, #list)))
	end
end

-- XACK, as spread.
local function acknowledge(stream, group, entries)
	for first = 1, #entries, 1000 do
		call('XACK', stream, group, unpack(entries, first, math.min(first + 999, #entries)))
	end
end

-- Those of the keys from list[first] on that do not exist, as a set.
local function absent(list, first)
	local found, missing = 0, {}
	for from = first, #list, 1000 do
		found = found + call('EXISTS', unpack(list, from, math.min(from + 999, #list)))
	end
	for i = first, #list do
		missing[list[i]] = found == 0 or call('EXISTS', list[i]) == 0
	end
	return missing
end

-- The id at the end of a key.
local function id_of(key)
	return string.sub(key, -36)
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

-- The server's clock.
local function now_ms()
	local time = call('TIME')
	return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
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
	local missing = absent(keys, 2)
	local codes = {}
	for i = 2, #keys do
		local payload, foreign = args[2 * i - 1], args[2 * i]
		if missing[keys[i]] then
			missing[keys[i]] = false
			call('XADD', keys[1], '*', 'payload', payload)
			call('SET', keys[i], 'accepted', 'EX', args[2])
			if foreign == '0' then
				call('PUBLISH', args[1], payload)
			end
			codes[#codes + 1] = ACCEPTED
		else
			codes[#codes + 1] = DUPLICATE
		end
	end
	return answer(codes, {})
end

-- A new order, whose id is in the open set.  Its hash is the mark.
local function write_order(bus, key, alias, ticker, created, payload, foreign)
	local entry = call('XADD', bus.stream, '*', 'kind', 'order', 'payload', payload)
	call('HSET', key, 'Entry', entry, 'Order', payload, 'State', bus.pending, 'AccountAlias', alias,
		'Ticker', ticker, 'Filled', '0', 'AvgPrice', '0', 'Notional', '0', 'Sequence', '0',
		'CreatedAt', created)
	if foreign == '0' then
		call('PUBLISH', bus.channel, payload)
	end
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
	if call('SISMEMBER', bus.open, id_of(key)) == 0 then
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
			local alias, ticker, created, payload, foreign = arg(), arg(), arg(), arg(), arg()
			if call('EXISTS', keys[i]) == 1 then
				codes[#codes + 1] = DUPLICATE
			else
				call('SADD', bus.open, id_of(keys[i]))
				write_order(bus, keys[i], alias, ticker, created, payload, foreign)
				codes[#codes + 1] = SUBMITTED
			end
		else
			codes[#codes + 1] = request(bus, keys[i], kind, arg(), arg(), arg())
		end
	end
	return answer(codes, {})
end

-- Where each item of decide stands in keys and arguments.
local function decide_items(keys, args)
	local items, signals, orders = {}, {}, {}
	local key, at = 4, 5
	while keys[key] do
		local count = tonumber(args[at + 2])
		items[#items + 1] = { key = key, at = at, count = count }
		signals[#signals + 1] = keys[key]
		for i = key + 1, key + count do
			orders[#orders + 1] = keys[i]
		end
		key, at = key + 1 + count, at + 3 + 5 * count
	end
	local words, values = {}, call('MGET', unpack(signals))
	for i = 1, #signals do
		words[signals[i]] = values[i]
	end
	return items, words, absent(orders, 1)
end

-- decide: KEYS signals, orders, open, (signal, order...)...;
-- ARGV channel, pending, group, ttl, (entry, verdict, orders, (alias, ticker, created, payload,
-- foreign)...)...  An order without an alias is a cancel of it: '', mark, made, payload, ''.
-- Decided is a signal whose value is neither missing (it expired while nobody decided) nor
-- "accepted".  Then nothing is made again, the entry is only acknowledged.
local function decide(keys, args)
	local bus = { stream = keys[2], open = keys[3], channel = args[1], pending = args[2] }
	local items, words, missing = decide_items(keys, args)
	local codes, opened, entries, seen = {}, {}, {}, {}
	for i, item in ipairs(items) do
		local signal = keys[item.key]
		local decided = seen[signal] or (words[signal] and words[signal] ~= 'accepted')
		seen[signal] = true
		codes[i] = decided and ALREADY or DECIDED
		for key = item.key + 1, item.key + (decided and 0 or item.count) do
			if missing[keys[key]] and args[item.at - 2 + 5 * (key - item.key)] ~= '' then
				opened[#opened + 1] = id_of(keys[key])
			end
		end
		if args[item.at] ~= '' then
			entries[#entries + 1] = args[item.at]
		end
	end
	spread('SADD', bus.open, opened)
	for i, item in ipairs(items) do
		local signal, at = keys[item.key], item.at + 3
		for key = item.key + 1, item.key + (codes[i] == DECIDED and item.count or 0) do
			if args[at] == '' then
				request(bus, keys[key], 'cancel', args[at + 1], args[at + 2], args[at + 3])
			elseif missing[keys[key]] then
				missing[keys[key]] = false
				write_order(bus, keys[key], unpack(args, at, at + 4))
			end
			at = at + 5
		end
		if codes[i] == DECIDED then
			if words[signal] then
				call('SET', signal, args[item.at + 1], 'KEEPTTL')
			else
				call('SET', signal, args[item.at + 1], 'EX', args[4])
			end
		end
	end
	acknowledge(keys[1], args[3], entries)
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

-- sync: KEYS index, account, deposit, position, guard; ARGV lease, token, alias, active, (given,
-- pairs, ...) for each of the four hashes.  One transaction: no reader sees a hole.
local function sync(keys, args)
	if not fence()(args[1], args[2]) then
		return answer({ FENCED }, {})
	end
	local arg = reader(args, 4)
	for i = 2, 5 do
		if arg() == '1' then
			local list = read_pairs(arg)
			call('DEL', keys[i])
			spread('HSET', keys[i], list)
		end
	end
	call(args[4] == '1' and 'SADD' or 'SREM', keys[1], args[3])
	return answer({ APPLIED }, {})
end

-- What people should know.
local function tell(stream, channel, payload)
	call('XADD', stream, '*', 'payload', payload)
	call('PUBLISH', channel, payload)
end

-- notify: KEYS stream; ARGV channel, payload.  A repeat is known by the latest entries.
local function notify(keys, args)
	for _, entry in ipairs(call('XREVRANGE', keys[1], '+', '-', 'COUNT', 128)) do
		if entry[2][2] == args[2] then
			return 'OK'
		end
	end
	tell(keys[1], args[1], args[2])
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
register('yq_sync', sync, 'allow-oom')
register('yq_notify', notify, 'allow-oom')
register('yq_stock', stock)
register('yq_beat', beat, 'allow-oom')
