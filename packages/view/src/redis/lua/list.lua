-- Lists records in order. ARGV: kind, order (`id` or `created`), direction (`up` or `down`), limit, two bounds, then the fields that tell the
-- watermark. Bounds for `id`: the lexical range, in the direction's order. For `created`: the cursor's create index, empty for none, and its
-- id. Answers the fields' values, the records, and of each its id and, in the order `created`, its create index.

local FIRST_FIELD = 7

-- As memcmp does.
local function is_below(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = a:byte(i), b:byte(i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

-- How many elements of the cursor's create index lie before it.
local function passed_over(key, down, create_index, id)
  local count = 0
  for _, member in ipairs(redis.call('ZRANGE', key, create_index, create_index, 'BYSCORE')) do
    local before = down and is_below(id, member) or not down and is_below(member, id)
    if before then count = count + 1 end
  end
  return count
end

local function created(key, down, limit, create_index, id)
  local skip = create_index == '' and 0 or passed_over(key, down, create_index, id)
  if down then
    local from = create_index == '' and '+inf' or create_index
    return redis.call('ZRANGE', key, from, '-inf', 'BYSCORE', 'REV', 'LIMIT', skip, limit, 'WITHSCORES')
  end
  local from = create_index == '' and '-inf' or create_index
  return redis.call('ZRANGE', key, from, '+inf', 'BYSCORE', 'LIMIT', skip, limit, 'WITHSCORES')
end

local function by_id(key, down, limit, first, last)
  if down then return redis.call('ZRANGE', key, first, last, 'BYLEX', 'REV', 'LIMIT', 0, limit) end
  return redis.call('ZRANGE', key, first, last, 'BYLEX', 'LIMIT', 0, limit)
end

local function list(keys, args)
  local state, kind, down = keys[1], args[1], args[3] == 'down'
  local places, width
  if args[2] == 'id' then
    places, width = by_id(beside(state, 'ids:' .. kind), down, args[4], args[5], args[6]), 1
  else
    places, width = created(beside(state, 'created:' .. kind), down, args[4], args[5], args[6]), 2
  end
  local fields = { unpack(args, FIRST_FIELD) }
  for i = 1, #places, width do fields[#fields + 1] = kind .. '/' .. places[i] end
  local reply = redis.call('HMGET', state, unpack(fields))
  for i = 1, #places do reply[#fields + i] = places[i] end
  return reply
end

redis.register_function { function_name = NAME .. '_list', callback = list, flags = { 'no-writes' } }
