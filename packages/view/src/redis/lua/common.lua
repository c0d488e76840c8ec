-- What all functions of this library share. KEYS[1] is always the region's state hash, `{mintmark:<region>}:state`:
--   @epoch @source @revision @contact  the watermark
--   @ready                             the run id of the server on which the view was marked ready; `-` not ready again, empty never yet
--   @floor                             the feed holds every change after it
--   @index:<kind>                      the table's index
--   @mark @told                        the feed's newest mark, and its newest mark with a contact
--   <kind>/<id>                        a record: `<revision>[ <index>:<offset>:<length>| <index>=<hex>]...` LF bytes; in between are its unique keys
--   <kind>.<index>/<key>               the id of the record that holds a unique key
-- Beside it, under the same tag: `created:<kind>` and `ids:<kind>`, sorted sets of ids; `feed:<epoch>`, a stream.
-- Texts are never compared with `<`: that would depend on the server's locale.

local function beside(state, name)
  return state:sub(1, -#'state' - 1) .. name
end

local function gap(epoch, revision)
  if not epoch then return { 'gap' } end
  return { 'gap', epoch, revision }
end

-- Calls visit(field) for each unique key that a stored record holds.
local function each_key(kind, value, visit)
  local head = value:match('^[^\n]*')
  local body = #head + 1
  for index, offset, length in head:gmatch(' (%a+):(%d+):(%d+)') do
    local first = body + tonumber(offset) + 1
    visit(kind .. '.' .. index .. '/' .. value:sub(first, first + tonumber(length) - 1))
  end
  for index, hex in head:gmatch(' (%a+)=(%x+)') do
    visit(kind .. '.' .. index .. '/' .. hex:gsub('%x%x', function(byte) return string.char(tonumber(byte, 16)) end))
  end
end
