# Shared by all test files: the plots, tables of servers that do not exist, and ways to look into a plot. They are in the global
# environment, where sourced files look for them.
assign("lib", file.path("..", "lib"), globalenv())
source(file.path(lib, "all_plots.R"), encoding = "UTF-8")
source("fake_tables.R", encoding = "UTF-8")
source("awkward.R", encoding = "UTF-8")

plots <- all_plots("..")
draw <- function(name, tables) plots[[name]](tables)

# The data computed for the layer with this geom; if there are several, the last.
layer_of <- function(plot, geom) {
    geoms <- vapply(plot$layers, function(layer) class(layer$geom)[1], "")
    layer_data(plot, utils::tail(which(geoms == geom), 1))
}
panels_of <- function(plot) as.character(ggplot_build(plot)$layout$layout$panel)

# Values of a field by cell, not in the order in which they are drawn: sort both sides.
values_of <- function(tables, field) tables$figures$value[tables$figures$field == field]

# The message from reading these tables, as one line.
refusal <- function(tables) {
    directory <- write_tables(tables, tempfile("tables"))
    on.exit(unlink(directory, recursive = TRUE))
    tryCatch({ read_tables(directory); "read" }, volley_problem = conditionMessage)
}
