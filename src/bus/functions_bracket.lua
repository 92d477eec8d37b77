-- functions_bracket.lua - take-profit and stop-loss: kept before anything is sent, and their exits made.

-- bracket: KEYS bracket, brackets, stream, open[, order]; ARGV operation, lease, token, ttl, pending,
-- pairs, (field, value)...[, alias, ticker, created, payload]
--	keep	it is new: these fields
--	place	one more exit: these fields, and the order (not PUBLISHed: a gateway may not, and who
--		it is for reads the stream)
--	note	these fields
--	drop	these fields go
--	end	these fields, and it is over
local function bracket(keys, args)
	local bus = { stream = keys[3], open = keys[4], pending = args[5] }
	local arg = reader(args, 5)
	local fields = read_pairs(arg)
	if not fence()(args[2], args[3]) then
		return answer({ FENCED }, {})
	end
	if args[1] == 'keep' then
		if call('EXISTS', keys[1]) == 1 then
			return answer({ ALREADY }, {})
		end
		call('SADD', keys[2], id_of(keys[1]))
		spread('HSET', keys[1], fields)
		return answer({ APPLIED }, {})
	end
	if call('SISMEMBER', keys[2], id_of(keys[1])) == 0 then
		return answer({ CLOSED }, {})
	end
	if args[1] == 'place' then
		if call('EXISTS', keys[5]) == 1 then
			return answer({ ALREADY }, {})
		end
		call('SADD', bus.open, id_of(keys[5]))
		spread('HSET', keys[1], fields)
		write_order(bus, keys[5], arg(), arg(), arg(), arg(), '1')
		return answer({ APPLIED }, {})
	end
	if args[1] == 'drop' then
		local gone = {}
		for i = 1, #fields, 2 do
			gone[#gone + 1] = fields[i]
		end
		spread('HDEL', keys[1], gone)
		return answer({ APPLIED }, {})
	end
	spread('HSET', keys[1], fields)
	if args[1] == 'end' then
		call('EXPIRE', keys[1], args[4])
		call('SREM', keys[2], id_of(keys[1]))
	end
	return answer({ APPLIED }, {})
end

register('yq_bracket', bracket, 'allow-oom')
