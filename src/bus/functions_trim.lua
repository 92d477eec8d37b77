-- functions_trim.lua - the end of functions.lua: streams are cut to their bounds, and nothing that
-- somebody still has to read is lost.

-- Whether nobody has read in the group for `idle` ms, or ever.
local function is_deserted(stream, group, idle)
	for _, consumer in ipairs(call('XINFO', 'CONSUMERS', stream, group)) do
		if named(consumer)['idle'] < idle then
			return false
		end
	end
	return true
end

-- The lowest id that some group has not acknowledged; nil without groups, '+' when none of them
-- counts.  `spare(group)` says which do not.
local function lowest_needed(stream, spare)
	local low_ms, low_seq, spared
	for _, group in ipairs(call('XINFO', 'GROUPS', stream)) do
		local info = named(group)
		local pending = call('XPENDING', stream, info['name'])
		local waits = pending[1] > 0
		local ms, seq = string.match(waits and pending[2] or info['last-delivered-id'],
			'^(%d+)-(%d+)$')
		ms, seq = tonumber(ms), tonumber(seq) + (waits and 0 or 1)
		if spare(info['name']) then
			spared = '+'
		elseif not low_ms or ms < low_ms or (ms == low_ms and seq < low_seq) then
			low_ms, low_seq = ms, seq
		end
	end
	return low_ms and string.format('%.0f-%.0f', low_ms, low_seq) or spared
end

-- Whether the entries from `id` on are at least `bound`.
local function reaches(stream, id, bound)
	local count, from = 0, id
	while count < bound do
		local entries = call('XRANGE', stream, from, '+', 'COUNT', 1000)
		count = count + #entries
		if #entries < 1000 then
			break
		end
		from = '(' .. entries[#entries][1]
	end
	return count >= bound
end

-- Groups that nobody reads in, and for which more than the bound is kept, added to `found`.
local function add_deserted(stream, bound, idle, quiet, found)
	for _, group in ipairs(call('XINFO', 'GROUPS', stream)) do
		local info = named(group)
		local name = info['name']
		if not quiet[name] and is_deserted(stream, name, idle) and
			(info['lag'] and info['lag'] > bound or
				reaches(stream, '(' .. info['last-delivered-id'], bound)) then
			found[#found + 1] = name .. ' of ' .. stream
		end
	end
end

-- trim: KEYS stream...; ARGV bound..., idle in ms, group...  Answer: { entries removed, the deserted
-- groups for which streams are longer than their bounds, as a text }.  A group with a minus before
-- its name counts and is not told of: the caller's own.
-- A stream of whose needed entries there are fewer than the bound is cut to the bound; else all
-- below the lowest needed one go.  Either way both promises hold.  The groups named do not count
-- while they are deserted, for a program that nobody runs would let its streams grow for ever.
local function trim(keys, args)
	local removed, deserted = 0, {}
	local spared, quiet = {}, {}
	local idle = tonumber(args[#keys + 1])
	for i = #keys + 2, #args do
		local own = string.match(args[i], '^-(.*)')
		spared[args[i]] = not own
		quiet[own or args[i]] = true
	end
	for i = 1, #keys do
		local bound = tonumber(args[i])
		local spare = function(group)
			return spared[group] and is_deserted(keys[i], group, idle)
		end
		local low = call('XLEN', keys[i]) > bound and lowest_needed(keys[i], spare)
		if low and reaches(keys[i], low, bound) then
			removed = removed + call('XTRIM', keys[i], 'MINID', '=', low)
		elseif low then
			removed = removed + call('XTRIM', keys[i], 'MAXLEN', '~', bound, 'LIMIT', 0)
		end
		if low and call('XLEN', keys[i]) > bound then
			add_deserted(keys[i], bound, idle, quiet, deserted)
		end
	end
	return { removed, table.concat(deserted, ', ') }
end

register('yq_trim', trim, 'allow-oom')
