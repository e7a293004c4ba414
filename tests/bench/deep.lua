-- wrk: pages of a log by category, each from another place deep in it. Arguments: path, highest number, cookie.
local path, last
function init(args)
  path, last = args[1], tonumber(args[2])
  wrk.headers["Cookie"] = args[3]
  math.randomseed(1)
end
function request()
  return wrk.format("GET", path .. math.random(last - 100))
end
