-- Announces readiness and contact.
-- ARGV: epoch, readiness (empty: as it is; `-`: not ready; else the server's run id), and where there is a contact: covered, head, at,
-- incarnation, region, none of them with a space. Answers `ok`, or `gap` with what the view has.

-- What is covered never goes back within one incarnation.
local function contact_text(known, covered, head, at, incarnation, region)
  local had, its_incarnation, its_region = (known or ''):match('^(%d+) %S+ %S+ (%S+) (%S+)$')
  if its_incarnation == incarnation and its_region == region and tonumber(had) > tonumber(covered) then covered = had end
  return table.concat({ covered, head, at, incarnation, region }, ' ')
end

-- Of older marks only the newest contact is kept: idle days must not push changes out of the feed.
local function announce_mark(state, epoch, revision, contact)
  local feed = beside(state, 'feed:' .. epoch)
  local id = redis.call('XADD', feed, revision .. '-*', 'm', contact)
  local before = redis.call('HMGET', state, '@mark', '@told')
  if before[1] then redis.call('XDEL', feed, before[1]) end
  if contact ~= '' and before[2] then redis.call('XDEL', feed, before[2]) end
  if contact == '' then
    redis.call('HSET', state, '@mark', id)
  else
    redis.call('HDEL', state, '@mark')
    redis.call('HSET', state, '@told', id)
  end
end

local function mark(keys, args)
  local state = keys[1]
  local shown = redis.call('HMGET', state, '@epoch', '@revision', '@ready', '@contact')
  local epoch, revision, ready = shown[1], shown[2], shown[3]
  if epoch ~= args[1] then return gap(epoch, revision) end
  local contact = ''
  if args[3] then
    contact = contact_text(shown[4], args[3], args[4], args[5], args[6], args[7])
    redis.call('HSET', state, '@contact', contact)
  end
  local never_ready = ready == ''
  if args[2] ~= '' and not (never_ready and args[2] == '-') then
    if never_ready then redis.call('HSET', state, '@floor', revision) end
    ready = args[2]
    redis.call('HSET', state, '@ready', ready)
  end
  if ready ~= '' then announce_mark(state, epoch, revision, contact) end
  return 'ok'
end

redis.register_function(NAME .. '_mark', mark)
