-- functions_lease.lua - who may: leases of accounts, and the active color.

local function text_of(number)
	return string.format('%.0f', number)
end

-- When a lease ends.  One with more time left than it was given was given before the clock was set
-- back: its time counts from now, for its holder, if there is one, renews it long before.
local function ends_at(lease, expires, lasts, now)
	expires, lasts = tonumber(expires) or 0, tonumber(lasts)
	if lasts and expires > now + lasts then
		expires = now + lasts
		call('HSET', lease, 'ExpiresAt', text_of(expires))
	end
	return expires
end

-- lease: KEYS lease...; ARGV owner, ttl in ms (0 = give back).  All of them or none: of two who want
-- several, one gets them and the other waits, and never has each a part.
-- Answer: { holder, number of the lease that another holds (0 = all are the caller's), token... }.
-- Each new token is at least the server's time in milliseconds: a token that was given out by a master
-- which is gone, with nobody left who knows of it, is not given out again.
local function lease(keys, args)
	local now, ttl = now_ms(), tonumber(args[2])
	local owners, result = {}, { args[1], 0 }
	for i = 1, #keys do
		local held = call('HMGET', keys[i], 'Owner', 'Token', 'ExpiresAt', 'Lasts')
		owners[i] = held[1] or ''
		result[i + 2] = tonumber(held[2])
		if owners[i] ~= args[1] and result[2] == 0 and
			(ttl == 0 or ends_at(keys[i], held[3], held[4], now) > now) then
			result[1], result[2] = owners[i], i
		end
	end
	for i = 1, #keys do
		local token = result[i + 2]
		local mine = owners[i] == args[1]
		if (ttl == 0 and mine) or (ttl ~= 0 and result[2] == 0) then
			if not mine then
				token = math.max((token or 0) + 1, now)
			end
			call('HSET', keys[i], 'Owner', args[1], 'Token', text_of(token), 'ExpiresAt',
				text_of(ttl == 0 and 0 or now + ttl), 'Lasts', args[2])
		end
		result[i + 2] = text_of(token or 0)
	end
	return result
end

-- color: KEYS color; ARGV own, active, token, since, renewed, ms of silence (0 = any).  What a row of
-- the shared database says, as this system's own servers know it.  An older token says nothing.
-- Without an own color the system has none, and what was written before goes.
local function color(keys, args)
	if args[1] == '' then
		call('DEL', keys[1])
		return answer({ APPLIED }, {})
	end
	if (tonumber(call('HGET', keys[1], 'Token')) or 0) > tonumber(args[3]) then
		return answer({ FENCED }, {})
	end
	local silence = tonumber(args[6])
	call('HSET', keys[1], 'Color', args[1], 'Active', args[2], 'Token', args[3], 'Since', args[4],
		'RenewedAt', args[5], 'Until', text_of(silence > 0 and now_ms() + silence or 0))
	return answer({ APPLIED }, {})
end

register('yq_lease', lease, 'allow-oom')
register('yq_color', color, 'allow-oom')
