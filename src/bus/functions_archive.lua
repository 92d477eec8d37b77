-- functions_archive.lua - goes on where functions_end.lua ends: what the archive has leaves.

-- An array of names and values as a table.
local function named(list)
	local fields = {}
	for i = 1, #list, 2 do
		fields[list[i]] = list[i + 1]
	end
	return fields
end

-- An entry's id as two numbers.
local function numbers(id)
	local ms, seq = string.match(id, '^(%d+)-(%d+)$')
	return tonumber(ms), tonumber(seq)
end

-- The place up to which a group has read, or nil if there is no such group.
local function position_of(stream, group)
	for _, list in ipairs(call('XINFO', 'GROUPS', stream)) do
		local info = named(list)
		if info['name'] == group then
			return info['last-delivered-id']
		end
	end
end

-- position: KEYS stream; ARGV group.  Where a reader of its own in this group goes on.  Entries
-- that were delivered to a consumer and not acknowledged lie behind it: they are read again.
local function position(keys, args)
	local pending = call('XPENDING', keys[1], args[1])
	if pending[1] > 0 then
		local ms, seq = numbers(pending[2])
		local before = seq > 0 and string.format('%.0f-%.0f', ms, seq - 1)
			or string.format('%.0f-18446744073709551615', ms - 1)
		call('XGROUP', 'SETID', keys[1], args[1], before)
		repeat
			local entries = call('XPENDING', keys[1], args[1], '-', '+', 1000)
			for i = 1, #entries do
				entries[i] = entries[i][1]
			end
			acknowledge(keys[1], args[1], entries)
		until #entries == 0
	end
	return position_of(keys[1], args[1])
end

-- The place of a group moves forward only: another reader may be further.
local function advance(stream, group, id)
	local present = position_of(stream, group)
	if present then
		local ms, seq = numbers(present)
		local to_ms, to_seq = numbers(id)
		if ms > to_ms or (ms == to_ms and seq >= to_seq) then
			return
		end
	end
	call('XGROUP', 'SETID', stream, group, id)
end

-- take: KEYS queue, processing; ARGV number.  The whole queue becomes the processing list once that
-- is empty.  Answer: { how many there are beyond the items, item... }, from the head, so many at
-- most; they stay in the list.
local function take(keys, args)
	if call('EXISTS', keys[2]) == 0 and call('EXISTS', keys[1]) == 1 then
		call('RENAME', keys[1], keys[2])
	end
	local items = call('LRANGE', keys[2], 0, args[1] - 1)
	local count = call('LLEN', keys[1]) + call('LLEN', keys[2])
	table.insert(items, 1, count - #items)
	return items
end

-- Cut so many items off the head of a list, if it still begins with them: the first and the last
-- tell.  Another archiver may have been there.
local function cut(list, count, first, last)
	if call('LINDEX', list, 0) == first and call('LINDEX', list, count - 1) == last then
		call('LTRIM', list, count, -1)
	end
end

-- Final orders begin to leave.  EXPIRE tells whether the hash is there at all.  Where a person said
-- what was filled, the broker may tell of it long after: it must be known then.
local BY_HAND_TTL = 604800

local function expire_orders(open, orders, ttl, now)
	for first = 1, #orders, 1000 do
		local ids = {}
		for i = first, math.min(first + 999, #orders) do
			ids[#ids + 1] = id_of(orders[i])
		end
		local is_open = call('SMISMEMBER', open, unpack(ids))
		for i = 1, #ids do
			local order = orders[first + i - 1]
			if is_open[i] == 0 and call('EXPIRE', order, ttl) == 1 then
				call('HSET', order, 'ArchivedAt', now)
				if call('HEXISTS', order, 'ManualLeft') == 1 then
					call('EXPIRE', order, BY_HAND_TTL)
				end
			end
		end
	end
end

-- archived: KEYS processing, parked, open, order..., signal..., stream...; ARGV ttl, now, head,
-- removed, parked, orders, signals, streams, then item..., item..., word..., (group, position)...
-- `head` items, of which the first and the last are given as those removed, are the head of the
-- list; 0: each one removed is given.
-- Each part is harmless when done again: what is gone is not found.
local function archived(keys, args)
	local key, arg = reader(keys, 3), reader(args, 8)
	local several = function(count, from)
		local list = {}
		for i = 1, tonumber(count) do
			list[i] = from()
		end
		return list
	end
	local removed = several(args[4], arg)
	if args[3] ~= '0' then
		cut(keys[1], tonumber(args[3]), removed[1], removed[2])
	else
		for _, item in ipairs(removed) do
			call('LREM', keys[1], 1, item)
		end
	end
	for _, item in ipairs(several(args[5], arg)) do
		if call('LREM', keys[1], 1, item) == 1 then
			call('RPUSH', keys[2], item)
		end
	end
	expire_orders(keys[3], several(args[6], key), args[1], args[2])
	for _ = 1, tonumber(args[7]) do
		call('SET', key(), arg(), 'XX', 'KEEPTTL')
	end
	for _ = 1, tonumber(args[8]) do
		local stream, group, id = key(), arg(), arg()
		advance(stream, group, id)
	end
	return 'OK'
end

register('yq_position', position, 'allow-oom')
register('yq_take', take, 'allow-oom')
register('yq_archived', archived, 'allow-oom')
