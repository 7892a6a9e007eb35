# CPU time per round trip, stacked: server and client, in their own code and in the kernel. It depends less on the load of the machine than
# any latency.

cost_parts <- data.frame(
    side = c("server", "server", "server", "client", "client", "client"), of = c("user", "system", "cpu", "user", "system", "cpu"),
    part = c("server, user", "server, kernel", "server, not divided", "client, user", "client, kernel", "client, not divided"),
    colour = c("#56B4E9", "#0072B2", "#A9C8DC", "#F0E442", "#D55E00", "#E3B98A"))

# If the division is not known (too few clock ticks), or a part is below zero in old results, only the sum is shown.
parts_of_side <- function(tables, side) {
    of <- lapply(c(user = "user", system = "system", cpu = "cpu"), function(part) figure(tables, paste0(side, "_", part, "_ns_per_round_trip"), "ns"))
    divided <- intersect(of$user$cell[of$user$value >= 0], of$system$cell[of$system$value >= 0])
    of$user <- of$user[of$user$cell %in% divided, ]
    of$system <- of$system[of$system$cell %in% divided, ]
    of$cpu <- of$cpu[!of$cpu$cell %in% divided & of$cpu$value >= 0, ]
    do.call(rbind, lapply(names(of), function(part) {
        rows <- of[[part]]
        rows$part <- rep(cost_parts$part[cost_parts$side == side & cost_parts$of == part], nrow(rows))
        rows
    }))
}

plot_cost <- function(tables) {
    rows <- rbind(parts_of_side(tables, "server"), parts_of_side(tables, "client"))
    if (nrow(rows) == 0) return(nothing("no complete run has CPU times"))
    rows$part <- droplevels(factor(rows$part, cost_parts$part))
    rows$series <- droplevels(as_series(rows$series, tables))
    rows$panel <- droplevels(order_groups(rows, tables))
    rows$at <- row_of(rows$series)
    unit <- time_unit(rows$value)
    rows$value <- rows$value / unit$ns
    panels <- nlevels(rows$panel)
    plot <- ggplot(rows, aes(value, at, fill = part)) +
        geom_col(orientation = "y", width = 0.7, colour = "grey20", linewidth = 0.2, position = position_stack(reverse = TRUE)) +
        facet_wrap(vars(panel), ncol = panel_columns(panels)) +
        scale_fill_manual("CPU time of", values = stats::setNames(cost_parts$colour, cost_parts$part)) + row_scale(rows$series) +
        value_scale("x", rows$value, from_zero = TRUE, log = FALSE) + row_theme()
    without <- unique(as.character(rows$series[!rows$cell %in% rows$cell[startsWith(as.character(rows$part), "server")]]))
    notes <- c(paste0("each part: its median over ", range_text(rows$figure_runs), ifelse(all(rows$figure_runs == 1), " run", " runs"),
                      "; no intervals are drawn"),
               if (length(without) > 0) paste0("cost of the server not known: ", paste(without, collapse = ", ")))
    finish(plot, tables, "CPU time of a round trip", rows_width(rows$series, levels(rows$panel), "client, kernel"), max(rows_height(rows$series, levels(rows$panel)), 2.6),
           notes, x = axis_title("CPU time per round trip", unit$name))
}

if (sys.nframe() == 0L) source(sub("--file=(.*/)?.*", "\\1lib/alone.R", gsub("~+~", " ", grep("^--file=", commandArgs(), value = TRUE)[1], fixed = TRUE)))
