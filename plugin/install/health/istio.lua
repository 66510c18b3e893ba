-- Istio's own kinds. istiod 1.29.2 says nothing of them unless PILOT_ENABLE_ANALYSIS is on, and it is off by default: what its
-- webhook lets in is in force, so an object without a status is healthy. With analysis on it writes the status only of an object
-- it has something to say of, and takes it back when that is no longer so (pkg/config/analysis/incluster/controller.go): an
-- older generation without errors will not be written again, and must not be waited for.
local status = obj.status or {}

for _, message in ipairs(status.validationMessages or {}) do
  if message.level == "ERROR" then
    -- Text, because it is an int64 in Istio's API.
    local observed = tonumber(status.observedGeneration or 0)
    if observed ~= 0 and observed ~= obj.metadata.generation then
      return { status = "Progressing", message = "istiod has not analysed this generation yet" }
    end
    local code = message.type and message.type.code or "an error"
    return { status = "Degraded", message = "istiod found " .. code .. ": " .. (message.documentationUrl or "") }
  end
end
return { status = "Healthy", message = "" }
