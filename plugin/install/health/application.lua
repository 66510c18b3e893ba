-- Tells the root whether it may go on to the next wave: Healthy lets it, Progressing has it wait, Degraded ends its sync with
-- the message. What is asked for is not how the component is, but whether its own change is done (docs/order.md).
-- Takes `obj`, an Application as plugin/wave/application.ts makes it. Needs useOpenLibs, for os and string.
local domain = 'platform.septemcore.com/'
local spec, status = obj.spec, obj.status or {}
local annotations = obj.metadata.annotations or {}
local sync, health, operation = status.sync or {}, status.health or {}, status.operationState or {}
local deadline = tonumber(annotations[domain .. 'deadline-seconds']) or 600

local function same(a, b)
  if type(a) ~= 'table' or type(b) ~= 'table' then return a == b end
  for key, value in pairs(a) do if not same(value, b[key]) then return false end end
  for key in pairs(b) do if a[key] == nil then return false end end
  return true
end

-- A stamp alone changes nothing: the plugin puts a hash of what is rendered beside it. The version of a chart does.
local function content(source)
  if source == nil or source.plugin == nil then return source end
  local copy = {}
  for key, value in pairs(source) do if key ~= 'targetRevision' then copy[key] = value end end
  return copy
end

local function isWanted(source) return source ~= nil and same(content(source), content(spec.source)) end

-- Seconds since 1970 of 2026-01-02T03:04:05Z; os.time reads a table in the zone of the process. Days by the civil calendar.
local function epoch(text)
  local year, month, day, hour, minute, second = string.match(text or '', '^(%d+)-(%d+)-(%d+)T(%d+):(%d+):(%d+)')
  if year == nil then return nil end
  year, month = tonumber(year), tonumber(month)
  if month <= 2 then year, month = year - 1, month + 12 end
  local days = 365 * year + math.floor(year / 4) - math.floor(year / 100) + math.floor(year / 400)
    + math.floor((153 * (month - 3) + 2) / 5) + tonumber(day) - 719469
  return days * 86400 + tonumber(hour) * 3600 + tonumber(minute) * 60 + tonumber(second)
end

local function brief(text)
  text = string.gsub(text or '', '%s+', ' ')
  if #text > 600 then return string.sub(text, 1, 600) .. ' …' end
  return text
end

local prefix = ''
local opened = annotations[domain .. 'break-glass']
if opened ~= nil and opened == spec.source.targetRevision then prefix = 'break glass, until the root stamps it again: ' end

local function verdict(code, message) return { status = code, message = prefix .. message } end

local function condition(kind)
  for _, one in ipairs(status.conditions or {}) do if one.type == kind then return brief(one.message) end end
end

-- Which resources are not well, by the health that Argo CD keeps of each (controller.resource.health.persist).
local function ailing()
  local found, more = {}, 0
  for _, one in ipairs(status.resources or {}) do
    local state = one.health or {}
    if state.status ~= nil and state.status ~= 'Healthy' then
      local text = one.kind .. ' ' .. one.name .. ' is ' .. state.status
      if state.message ~= nil and state.message ~= '' then text = text .. ': ' .. brief(state.message) end
      if #found < 3 then found[#found + 1] = text else more = more + 1 end
    end
  end
  if more > 0 then found[#found + 1] = 'and ' .. more .. ' more' end
  if #found == 0 then return 'health is ' .. (health.status or 'not known yet') end
  return table.concat(found, '; ')
end

if annotations[domain .. 'paused'] == 'true' then
  return verdict('Healthy', 'paused in git: it stays as it is, and nothing waits for it')
end

-- The history has an entry for each whole sync that went through, and none for what healed itself. If the last carries what is
-- wanted, it is in; unless a whole sync has begun since and did not go through: then something else may be in by half.
local history = status.history or {}
local last = history[#history]
local asked = (operation.operation or {}).sync or {}
local isWhole = asked.resources == nil or #asked.resources == 0
local isUnfinished = operation.phase ~= nil and operation.phase ~= 'Succeeded' and isWhole
local isIn = last ~= nil and isWanted(last.source) and not isUnfinished

local isCompared = sync.comparedTo ~= nil and same(sync.comparedTo.source, spec.source)

if not isIn then
  local invalid = condition('InvalidSpecError')
  if invalid ~= nil then return verdict('Degraded', 'is not allowed: ' .. invalid) end
  if not isCompared then return verdict('Progressing', 'is not compared with git yet') end
  local broken = condition('ComparisonError')
  if broken ~= nil then return verdict('Degraded', 'cannot be rendered: ' .. broken) end
  local result = operation.syncResult or {}
  local source = result.source or asked.source
  if operation.phase == 'Running' or operation.phase == 'Terminating' or obj.operation ~= nil then
    local started = epoch(operation.startedAt)
    if started ~= nil and isWanted(source) and os.time() > started + deadline then
      return verdict('Degraded', 'is being applied for longer than ' .. deadline .. ' s: ' .. brief(operation.message))
    end
    return verdict('Progressing', 'is being applied: ' .. brief(operation.message))
  end
  if (operation.phase == 'Failed' or operation.phase == 'Error') and source ~= nil and same(source, spec.source) then
    local said = {}
    for _, one in ipairs(result.resources or {}) do
      if one.status == 'SyncFailed' then said[#said + 1] = one.kind .. ' ' .. one.name .. ': ' .. brief(one.message) end
    end
    if #said == 0 then said[1] = brief(operation.message) end
    return verdict('Degraded', 'could not be applied: ' .. table.concat(said, '; '))
  end
  if sync.status ~= 'Synced' then
    local refused = condition('SyncError')
    if refused ~= nil then return verdict('Degraded', 'could not be applied: ' .. refused) end
    return verdict('Progressing', 'is about to be applied')
  end
  -- The render is what is there already: there was nothing to apply, and the last change counts.
end

if sync.status == 'Synced' and health.status == 'Healthy' then return verdict('Healthy', '') end

-- Without history it was there before this Application was.
local changed = epoch((last or {}).deployedAt) or epoch(obj.metadata.creationTimestamp)
local turned = epoch(health.lastTransitionTime)
local now = os.time()
if changed == nil then return verdict('Progressing', ailing()) end

-- What turned bad later than its change had time for is no fault of the change, and holds back nobody.
if health.status ~= 'Healthy' and turned ~= nil and turned > changed + deadline then
  return verdict('Healthy', 'fell sick by itself, long after its last change: ' .. ailing())
end
if now > changed + deadline then
  if health.status == 'Healthy' then return verdict('Healthy', 'differs from git, long after its last change') end
  return verdict('Degraded', 'is not healthy ' .. deadline .. ' s after its change: ' .. ailing())
end
-- An older Degraded may still stand there while the change that mends it begins.
local began = epoch((last or {}).deployStartedAt) or changed
if sync.status == 'Synced' and health.status == 'Degraded' and turned ~= nil and turned >= began then
  return verdict('Degraded', ailing())
end
return verdict('Progressing', ailing())
