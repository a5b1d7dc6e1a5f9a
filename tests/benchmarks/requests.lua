-- Sends the prepared lines of a file: "METHOD path token body"; repeated, or each once, and perhaps each from an address
-- of its own, to a server that trusts 127.0.0.1 as a proxy. The last two lines of its output
-- are how often each status came, and numbers for load.py: responses, microseconds, errors, p50 and p99 in microseconds.
local lines, place = {}, 0
statuses = {}

function init(arguments)
  for line in io.lines(arguments[1]) do
    local method, path, token, body = line:match("^(%S+) (%S+) (%S+) ?(.*)$")
    local headers = { ["Content-Type"] = "application/json" }
    if token ~= "-" then
      headers["Authorization"] = "Bearer " .. token
    end
    if arguments[3] == "each" then
      headers["X-Forwarded-For"] = string.format("198.18.%d.%d", math.floor(#lines / 256), #lines % 256)
    end
    lines[#lines + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
  repeats = arguments[2] == "repeat"
  if not repeats then
    -- wrk parses headers only for scripts that define this
    function response(status)
      statuses[status] = (statuses[status] or 0) + 1
    end
  end
end

function request()
  place = place + 1
  if place > #lines then
    if not repeats then
      wrk.thread:stop()
      place = #lines
    else
      place = 1
    end
  end
  return lines[place]
end

local threads = {}
function setup(thread)
  threads[#threads + 1] = thread
end

function done(summary, latency)
  local counted, errors = "", summary.errors
  for _, thread in ipairs(threads) do
    for status, times in pairs(thread:get("statuses")) do
      counted = counted .. " " .. status .. ":" .. times
    end
  end
  if counted == "" then
    counted = string.format(" 200:%d", summary.requests - errors.status)
    if errors.status > 0 then
      counted = counted .. string.format(" 000:%d", errors.status)
    end
  end
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  print("Statuses" .. counted)
  print(string.format("Summary %d %d %d %d %d", summary.requests, summary.duration, broken,
    latency:percentile(50), latency:percentile(99)))
end
