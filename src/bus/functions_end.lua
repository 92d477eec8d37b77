-- functions_end.lua - goes on where functions.lua ends: what a broker said is booked, and what is safe
-- in the archive leaves.

-- The sequence of an item whose order has left: its trade and its execution are written, no more.
local LEFT = -1

-- The items of apply: what each is to change, and the code of each.  An item of the same order
-- further ahead counts as if it stood in the hash.
local function apply_items(keys, args, accounts)
	local holds, items, codes = fence(), {}, {}
	local booked, sequences = {}, {}
	local at = 4 + 2 * #accounts
	for i = 5 + 2 * #accounts, #keys - tonumber(args[4]) do
		local order, account = keys[i], accounts[tonumber(args[at + 1])]
		local execution, sequence = args[at + 2], tonumber(args[at + 3])
		local mark = order .. execution
		local code = FENCED
		if holds(account.lease, account.token) then
			local known = call('HMGET', order, 'State', 'Sequence', 'Exec:' .. execution)
			if sequence == LEFT then
				code = known[1] and ALREADY or APPLIED
			elseif not known[1] then
				code = NO_SUCH_ORDER
			elseif execution ~= '' then
				code = (known[3] or booked[mark]) and ALREADY or APPLIED
			else
				local last = sequences[order] or tonumber(known[2]) or 0
				code = sequence ~= 0 and sequence <= last and ALREADY or APPLIED
			end
		end
		if code == APPLIED then
			booked[mark] = true
			sequences[order] = sequence > 0 and sequence or sequences[order]
		end
		codes[#codes + 1] = code
		items[#items + 1] = { order = order, account = account, at = at }
		at = at + 14 + 2 * tonumber(args[at + 14])
	end
	return items, codes
end

-- Of what one hash gets, the last value of each field; nothing is a field to delete.
local function write_fields(key, fields, values)
	local list, gone = {}, {}
	for _, field in ipairs(fields) do
		local value = values[field]
		if value == '' then
			gone[#gone + 1] = field
		elseif value then
			list[#list + 1] = field
			list[#list + 1] = value
		end
		values[field] = nil
	end
	spread('HSET', key, list)
	spread('HDEL', key, gone)
end

-- What many items have in common: books, trades, the open set.
local function apply_common(bus, items, codes, args)
	local trades, over = {}, {}
	for i, item in ipairs(items) do
		local at, account = item.at, item.account
		if codes[i] == APPLIED then
			if args[at + 4] ~= '' then
				account.fields[#account.fields + 1] = args[at + 4]
				account.positions[args[at + 4]] = args[at + 5]
			end
			if args[at + 6] ~= '' then
				account.currencies[#account.currencies + 1] = args[at + 6]
				account.amounts[args[at + 6]] = args[at + 7]
			end
			if args[at + 8] ~= '' then
				trades[#trades + 1] = args[at + 8]
			end
			if args[at + 10] == '1' then
				over[#over + 1] = id_of(item.order)
			end
		end
	end
	for _, account in ipairs(bus.accounts) do
		write_fields(account.position, account.fields, account.positions)
		write_fields(account.deposit, account.currencies, account.amounts)
	end
	spread('RPUSH', bus.trades, trades)
	spread('SREM', bus.open, over)
end

-- The execution and the order's own hash, which has the mark (the execution's id or the sequence).
local function apply_order(bus, order, at, args)
	local execution, sequence, result = args[at + 2], args[at + 3], args[at + 9]
	local from, to = at + 15, at + 14 + 2 * tonumber(args[at + 14])
	local bracket = bus.brackets[tonumber(args[at + 12])]
	if bracket and call('EXISTS', bracket) == 1 then
		call('HSET', bracket, id_of(order), args[at + 13])
	end
	if result ~= '' then
		call('XADD', bus.executions, '*', 'payload', result)
	end
	if tonumber(sequence) == LEFT then
		from, to = 1, 0
	elseif execution ~= '' and sequence ~= '0' then
		call('HSET', order, 'Sequence', sequence, 'Exec:' .. execution, '1', unpack(args, from, to))
	elseif execution ~= '' then
		call('HSET', order, 'Exec:' .. execution, '1', unpack(args, from, to))
	elseif sequence ~= '0' then
		call('HSET', order, 'Sequence', sequence, unpack(args, from, to))
	elseif to > from then
		call('HSET', order, unpack(args, from, to))
	end
	if result ~= '' then
		call('PUBLISH', bus.channel, result)
	end
end

-- apply: KEYS orders, executions, trades, open, (position, deposit)..., order..., bracket...;
-- ARGV channel, group, accounts, brackets, (lease, token)..., (account, execution, sequence, position field, position
-- value, currency, amount, trade, result, final, entry, bracket, part, pairs, (field, value)...)...
-- An account is the place of its lease and token among the accounts; a bracket its place among those
-- (0 = none), which gets the part under the id of the order.
local function apply(keys, args)
	local bus = { orders = keys[1], executions = keys[2], trades = keys[3], open = keys[4],
		channel = args[1], accounts = {}, brackets = {} }
	for i = 1, tonumber(args[3]) do
		bus.accounts[i] = { position = keys[3 + 2 * i], deposit = keys[4 + 2 * i],
			lease = args[3 + 2 * i], token = args[4 + 2 * i], fields = {}, positions = {},
			currencies = {}, amounts = {} }
	end
	for i = 1, tonumber(args[4]) do
		bus.brackets[i] = keys[#keys - tonumber(args[4]) + i]
	end
	local items, codes = apply_items(keys, args, bus.accounts)
	local entries = {}
	apply_common(bus, items, codes, args)
	for i, item in ipairs(items) do
		local entry = args[item.at + 11]
		if codes[i] == APPLIED then
			apply_order(bus, item.order, item.at, args)
		end
		if codes[i] ~= FENCED and entry ~= '' then
			entries[#entries + 1] = entry
		end
	end
	acknowledge(bus.orders, args[2], entries)
	return answer(codes, {})
end

register('yq_apply', apply, 'allow-oom')
