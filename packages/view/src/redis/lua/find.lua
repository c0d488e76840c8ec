-- Finds a record by unique key. ARGV: kind, the key's field, then the fields that tell the watermark.
-- Answers those fields' values and the record, or nil in its place.

local function find(keys, args)
  local state = keys[1]
  local id = redis.call('HGET', state, args[2])
  local fields = { unpack(args, 3) }
  -- No field is empty: where nobody holds the key, nothing is found.
  fields[#fields + 1] = id and args[1] .. '/' .. id or ''
  return redis.call('HMGET', state, unpack(fields))
end

redis.register_function { function_name = NAME .. '_find', callback = find, flags = { 'no-writes' } }
