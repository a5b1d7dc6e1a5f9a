-- Sends the prepared lines of a file, each once: "METHOD path token body". Says how often each status came.
local lines, place, statuses = {}, 0, {}

function init(arguments)
  for line in io.lines(arguments[1]) do
    local method, path, token, body = line:match("^(%S+) (%S+) (%S+) ?(.*)$")
    local headers = { ["Content-Type"] = "application/json" }
    if token ~= "-" then
      headers["Authorization"] = "Bearer " .. token
    end
    lines[#lines + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
  repeats = arguments[2] == "repeat"
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

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
  answers = ""
  for each, times in pairs(statuses) do
    answers = answers .. " " .. each .. ":" .. times
  end
end

local threads = {}
function setup(thread)
  threads[#threads + 1] = thread
end

function done()
  for _, thread in ipairs(threads) do
    print("Statuses" .. (thread:get("answers") or ""))
  end
end
