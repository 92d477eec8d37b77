-- functions_access.lua - who is signed in to the dashboard, and who may try to.

-- What is left of a set of sessions: members whose session is over go.  Answer: the keys of the rest.
local function living(set)
	local rest = {}
	for _, session in ipairs(call('SMEMBERS', set)) do
		if call('EXISTS', session) == 1 then
			rest[#rest + 1] = session
		else
			call('SREM', set, session)
		end
	end
	return rest
end

-- Of too many sessions the one that was used longest ago goes.
local function drop_oldest(set, sessions, most)
	while #sessions >= most do
		local oldest, oldest_at = 1, math.huge
		for i = 1, #sessions do
			local at = tonumber(call('HGET', sessions[i], 'LastAt')) or 0
			if at < oldest_at then
				oldest, oldest_at = i, at
			end
		end
		call('DEL', sessions[oldest])
		call('SREM', set, sessions[oldest])
		table.remove(sessions, oldest)
	end
end

-- session_begin: KEYS session, sessions of the user; ARGV idle ms, life ms, most sessions, (field,
-- value)...  Answer: when it ends, in ms.
local function session_begin(keys, args)
	local now, idle, life = now_ms(), tonumber(args[1]), tonumber(args[2])
	local fields = { 'CreatedAt', text_of(now), 'LastAt', text_of(now), 'EndsAt', text_of(now + life) }
	for i = 4, #args do
		fields[#fields + 1] = args[i]
	end
	drop_oldest(keys[2], living(keys[2]), tonumber(args[3]))
	call('SADD', keys[2], keys[1])
	if call('PTTL', keys[2]) < life then
		call('PEXPIRE', keys[2], life)
	end
	call('HSET', keys[1], unpack(fields))
	call('PEXPIRE', keys[1], math.min(idle, life))
	return text_of(now + life)
end

-- session_use: KEYS session; ARGV idle ms, ms between two notes that it is used.  Answer: the session's
-- fields, none if there is no such session or it is over.
local function session_use(keys, args)
	local list, fields = call('HGETALL', keys[1]), {}
	for i = 1, #list, 2 do
		fields[list[i]] = list[i + 1]
	end
	local now, ends = now_ms(), tonumber(fields.EndsAt) or 0
	if ends <= now then
		call('DEL', keys[1])
		return {}
	end
	local since = now - (tonumber(fields.LastAt) or 0)
	if since < 0 or since >= tonumber(args[2]) then
		call('HSET', keys[1], 'LastAt', text_of(now))
		call('PEXPIRE', keys[1], math.max(math.min(tonumber(args[1]), ends - now), 1))
	end
	return list
end

-- session_set: KEYS session; ARGV (field, value)...  Nothing if it is over.
local function session_set(keys, args)
	if call('EXISTS', keys[1]) == 0 then
		return 0
	end
	call('HSET', keys[1], unpack(args))
	return 1
end

-- session_end: KEYS sessions of the user; ARGV the one to end ('' = all), the one to keep ('' = none).
-- Answer: how many ended.
local function session_end(keys, args)
	local ended = 0
	for _, session in ipairs(call('SMEMBERS', keys[1])) do
		if (args[1] == '' or session == args[1]) and session ~= args[2] then
			ended = ended + call('DEL', session)
			call('SREM', keys[1], session)
		end
	end
	return ended
end

-- attempt: KEYS what is guarded...; ARGV (failures that are free, longest delay in s, ms to remember)
-- for each.  An attempt counts as failed until it is taken back, so that many at once are no way around.
-- Answer: { number of the one that is locked (0 = none), ms to wait, failures of each... }.
local function attempt(keys, args)
	local now, result = now_ms(), { 0, 0 }
	for i = 1, #keys do
		local till = tonumber(call('HGET', keys[i], 'Until')) or 0
		-- a clock that was set back prolongs nothing beyond the longest delay
		till = math.min(till, now + 1000 * tonumber(args[3 * i - 1]))
		if till > now and till - now > result[2] then
			result[1], result[2] = i, till - now
		end
	end
	for i = 1, result[1] == 0 and #keys or 0 do
		local free, longest = tonumber(args[3 * i - 2]), tonumber(args[3 * i - 1])
		local failures = call('HINCRBY', keys[i], 'Failures', 1)
		if failures >= free then
			local delay = math.min(longest, 2 ^ math.min(failures - free, 30))
			call('HSET', keys[i], 'Until', text_of(now + 1000 * delay))
		end
		call('PEXPIRE', keys[i], args[3 * i])
		result[i + 2] = failures
	end
	return result
end

-- attempt_back: KEYS what is guarded...; ARGV for each 1 = all failures are forgotten, 0 = one is.
local function attempt_back(keys, args)
	for i = 1, #keys do
		local failures = tonumber(call('HGET', keys[i], 'Failures')) or 0
		if failures <= 1 or args[i] == '1' then
			call('DEL', keys[i])
		else
			call('HINCRBY', keys[i], 'Failures', -1)
		end
	end
	return #keys
end

register('yq_session_begin', session_begin)
register('yq_session_use', session_use, 'allow-oom')
register('yq_session_set', session_set, 'allow-oom')
register('yq_session_end', session_end, 'allow-oom')
register('yq_attempt', attempt)
register('yq_attempt_back', attempt_back, 'allow-oom')
