-- What the styles of our Word files are in other formats.

local STYLED = { odt = true, icml = true }

local function plain(inlines)
  local text = inlines:walk({ LineBreak = function() return pandoc.Str("\n") end })
  local code = pandoc.utils.stringify(text):gsub("\u{a0}", " ")
  return code
end

local function in_bold(block)
  return pandoc.Para({ pandoc.Strong(block.content) })
end

local function lined(block)
  return pandoc.LineBlock({ block.content })
end

local BLOCKS = {
  ["Title"] = function() return {} end, -- it is in the metadata
  ["Code"] = function(block) return pandoc.CodeBlock(plain(block.content)) end,
  ["Box Title"] = in_bold,
  ["Definition Term"] = in_bold,
  ["Line"] = lined,
  ["Exercise Title"] = function(block) return pandoc.Header(3, block.content) end,
  ["Writing Line"] = function() return pandoc.HorizontalRule() end,
}

local function of_style(div)
  local block, change = div.content[1], BLOCKS[div.attributes["custom-style"]]
  if block and block.t == "BlockQuote" then -- an indented paragraph
    block = block.content[1]
  end
  if change and block and block.t == "Para" then
    return change(block)
  end
  return STYLED[FORMAT] and div or div.content
end

local function of_code(span)
  local style = span.attributes["custom-style"]
  if style == "Code Char" then
    return pandoc.Code(pandoc.utils.stringify(span))
  end
  return style and not STYLED[FORMAT] and span.content or span
end

local function without_empty(blocks)
  return blocks:filter(function(block) return block.t ~= "Para" or #block.content > 0 end)
end

local function of_natural_width(tbl) -- unless it fills the page
  local total = 0
  for _, column in ipairs(tbl.colspecs) do
    total = total + (column[2] or 0)
  end
  if total < 0.9 then
    tbl.colspecs = tbl.colspecs:map(function(column) return { column[1], nil } end)
  end
  return tbl
end

return { { Div = of_style, Span = of_code, Table = of_natural_width }, { Blocks = without_empty } }
