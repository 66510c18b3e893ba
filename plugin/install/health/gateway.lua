-- Gateway API's Gateway. Argo CD 3.5.3 has a script of its own for it, which reads conditions of an older generation as if they
-- were of this one: a changed Gateway would be Healthy at once, and what comes after it in a deploy would not wait.
local status = obj.status or {}

-- A condition of this generation; one of an older generation says nothing.
local function find(conditions, kind)
  for _, condition in ipairs(conditions or {}) do
    local observed = condition.observedGeneration
    if condition.type == kind and (observed == nil or observed == obj.metadata.generation) then
      return condition
    end
  end
  return { status = "Unknown", message = "not " .. kind .. " yet in this generation" }
end

local function verdict(conditions, place)
  for _, expected in ipairs({ { "Accepted", "False" }, { "ResolvedRefs", "False" }, { "Conflicted", "True" } }) do
    local condition = find(conditions, expected[1])
    if condition.status == expected[2] then
      return { status = "Degraded", message = place .. (condition.message or expected[1]) }
    end
  end
  local programmed = find(conditions, "Programmed")
  if programmed.status ~= "True" then
    return { status = "Progressing", message = place .. (programmed.message or "not Programmed") }
  end
end

local worst = verdict(status.conditions, "")
local seen = {}
for _, listener in ipairs(status.listeners or {}) do
  seen[listener.name] = true
  local hs = verdict(listener.conditions, "listener " .. listener.name .. ": ")
  if hs ~= nil and (worst == nil or hs.status == "Degraded" and worst.status ~= "Degraded") then
    worst = hs
  end
end
for _, listener in ipairs(obj.spec.listeners or {}) do
  if not seen[listener.name] then
    worst = worst or { status = "Progressing", message = "listener " .. listener.name .. ": no status yet" }
  end
end
return worst or { status = "Healthy", message = "" }
