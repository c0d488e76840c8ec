-- Applies the next contiguous step, all or nothing.
-- ARGV: epoch, from, to, feed limit, then for each entry: kind, id, revision, create index, value (empty: a
-- tombstone), scope (`g` or `l`).
-- Answers `ok`, or `gap` with what the view has.

local FIRST, WIDTH = 5, 6

local function is_step(args)
  local last, to = tonumber(args[2]), tonumber(args[3])
  for i = FIRST, #args, WIDTH do
    local revision = tonumber(args[i + 2])
    if revision <= last then return false end
    last = revision
  end
  return last <= to
end

local function fold(state, kind, id, create_index, value)
  local record = kind .. '/' .. id
  local old = redis.call('HGET', state, record)
  if old then
    each_key(kind, old, function(field)
      -- A key that another record has taken over stays with it.
      if redis.call('HGET', state, field) == id then redis.call('HDEL', state, field) end
    end)
  end
  if value == '' then
    if not old then return end
    redis.call('HDEL', state, record)
    redis.call('ZREM', beside(state, 'created:' .. kind), id)
    redis.call('ZREM', beside(state, 'ids:' .. kind), id)
    return
  end
  local fields = { record, value }
  each_key(kind, value, function(field)
    fields[#fields + 1] = field
    fields[#fields + 1] = id
  end)
  redis.call('HSET', state, unpack(fields))
  redis.call('ZADD', beside(state, 'created:' .. kind), create_index, id)
  if not old then redis.call('ZADD', beside(state, 'ids:' .. kind), 0, id) end
end

local function lift(state, kind, revision)
  local field = '@index:' .. kind
  local known = redis.call('HGET', state, field)
  if not known or tonumber(known) < tonumber(revision) then redis.call('HSET', state, field, revision) end
end

-- Keeps the feed within its limit, and the floor true.
local function trim(state, feed, limit)
  if redis.call('XTRIM', feed, 'MAXLEN', limit) == 0 then return end
  local first = redis.call('XRANGE', feed, '-', '+', 'COUNT', 1)[1]
  if not first then return end
  local revision, sequence = first[1]:match('^(%d+)-(%d+)$')
  local floor = sequence == '0' and string.format('%.0f', tonumber(revision) - 1) or revision
  redis.call('HSET', state, '@floor', floor)
end

local function announce(state, args)
  local feed = beside(state, 'feed:' .. args[1])
  local last
  for i = FIRST, #args, WIDTH do
    last = args[i + 2]
    local sign = args[i + 4] == '' and '-' or '+'
    redis.call('XADD', feed, last .. '-0', 'c', sign .. args[i + 5] .. args[i] .. '/' .. args[i + 1])
  end
  if last ~= args[3] then redis.call('XADD', feed, args[3] .. '-*', 'm', '') end
  trim(state, feed, args[4])
end

local function apply(keys, args)
  local state = keys[1]
  local shown = redis.call('HMGET', state, '@epoch', '@revision', '@ready')
  if shown[1] ~= args[1] or shown[2] ~= args[2] or not is_step(args) then return gap(shown[1], shown[2]) end
  if args[2] == args[3] then return 'ok' end
  local touched = {}
  for i = FIRST, #args, WIDTH do
    fold(state, args[i], args[i + 1], args[i + 3], args[i + 4])
    touched[args[i]] = args[i + 2]
  end
  for kind, revision in pairs(touched) do lift(state, kind, revision) end
  redis.call('HSET', state, '@revision', args[3])
  if shown[3] ~= '' then announce(state, args) end
  return 'ok'
end

redis.register_function(NAME .. '_apply', apply)
