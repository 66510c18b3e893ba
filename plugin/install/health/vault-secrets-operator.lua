-- The kinds of Vault Secrets Operator. Since 1.3.0 it writes a condition Ready at the end of each look at an object, with the
-- generation it looked at; whether Ready is True is all that counts: SecretSynced stays False after a failure that is over
-- (github.com/hashicorp/vault-secrets-operator/issues/1225). It tries again every 5 s, for ever.
local status = obj.status or {}
local ready, failure

for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Ready" then
    ready = condition
  elseif condition.status == "False" and condition.type ~= "Healthy" then
    failure = failure or condition.message
  end
end

if ready == nil then
  return { status = "Progressing", message = "Vault Secrets Operator (1.3 or later) has not looked at it yet" }
end
if ready.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "Vault Secrets Operator has not looked at this generation yet" }
end
if ready.status == "True" then
  return { status = "Healthy", message = ready.message }
end
-- VaultAuth says what is wrong in a field of its own; Ready says it in no kind.
if status.error ~= nil and status.error ~= "" then
  failure = status.error
end
return { status = "Degraded", message = failure or ready.message }
