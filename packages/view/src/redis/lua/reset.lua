-- Empties the view under a new epoch. ARGV: the new epoch, source, floor of the table indexes, then every kind. Answers `ok`.

local FAREWELL_SECONDS = 60

local function reset(keys, args)
  local state = keys[1]
  local shown = redis.call('HMGET', state, '@epoch', '@revision')
  local fields = { '@epoch', args[1], '@source', args[2], '@revision', '0', '@ready', '', '@floor', '0' }
  local emptied = { state }
  for i = 4, #args do
    local field = '@index:' .. args[i]
    local known = redis.call('HGET', state, field)
    fields[#fields + 1] = field
    fields[#fields + 1] = known and tonumber(known) > tonumber(args[3]) and known or args[3]
    emptied[#emptied + 1] = beside(state, 'created:' .. args[i])
    emptied[#emptied + 1] = beside(state, 'ids:' .. args[i])
  end
  if shown[1] then
    -- Wakes the readers of the feed that ends, so that they look at the epoch.
    local feed = beside(state, 'feed:' .. shown[1])
    redis.call('XADD', feed, shown[2] .. '-*', 'x', '')
    redis.call('EXPIRE', feed, FAREWELL_SECONDS)
  end
  redis.call('UNLINK', unpack(emptied))
  redis.call('HSET', state, unpack(fields))
  return 'ok'
end

redis.register_function(NAME .. '_reset', reset)
