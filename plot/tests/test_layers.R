# The data of the layers, as they would be drawn.

plain <- fake_tables()
plain$cells <- name_series(plain)
named <- function(...) {
    tables <- fake_tables(...)
    tables$cells <- name_series(tables)
    tables
}
forty <- named(servers = sprintf("server-%02d", 1:40), clients = c(1, 64))

test_that("throughput: a point and a bar a cell, where the tables say, a panel a number of clients", {
    tables <- named(clients = c(40, 80, 200), cores = c(1, 2, 4))
    plot <- draw("throughput", tables)
    points <- layer_of(plot, "GeomPoint")
    expect_equal(sort(points$y), sort(values_of(tables, "round_trips_per_second")))
    expect_equal(panels_of(plot), c("40 connections", "80 connections", "200 connections"))
    bars <- layer_of(plot, "GeomLinerange")
    rows <- tables$figures[tables$figures$field == "round_trips_per_second", ]
    expect_equal(sort(bars$ymin), sort(rows$low))
    expect_equal(sort(bars$ymax), sort(rows$high))
    expect_equal(as.character(bars$linetype), rep("solid", 36))
    expect_equal(length(unique(points$colour)), 4)
    expect_equal(length(unique(points$shape)), 4)
    expect_match(plot$labels$y, "1/s")
})

# The distance of the points from the values of the axis, as a share of the panel's width.
aside <- function(plot, values) {
    x <- layer_of(plot, "GeomPoint")$x
    width <- diff(ggplot_build(plot)$layout$panel_params[[1]]$x$continuous_range)
    vapply(x, function(one) min(abs(one - values)), 0) / width
}

test_that("points are moved aside, and by at most 2 % of the panel's width, however few or many values there are", {
    two <- named(clients = c(1, 16))
    eight <- named(servers = sprintf("server-%d", 1:8), clients = c(1, 16), sizes = c(1, 16777216))
    shown <- list(aside(draw("clients", two), log2(c(1, 16))), aside(draw("latency", two), log2(c(1, 16))),
                  aside(draw("latency", named(clients = 16)), log2(16)), aside(draw("latency", named(clients = 2^(0:16))), 0:16),
                  aside(draw("latency", named(clients = 16, cores = c(1, 2, 64))), c(1, 2, 64)),
                  aside(draw("sizes", eight), c(0, 24)), aside(draw("throughput", named(cores = c(1, 64))), c(1, 64)),
                  aside(draw("throughput", named(cores = 4)), 4), aside(draw("tail", eight), log10(c(2, 10, 100, 1000))))
    for (share in shown) {
        expect_lte(max(share), 0.02)
        expect_gt(max(share), 0.001)
    }
})

test_that("points are moved by less than half of what lies between two neighbours", {
    points <- layer_of(draw("throughput", named(cores = 1:64)), "GeomPoint")
    expect_true(all(abs(points$x - round(points$x)) < 0.5))
})

test_that("one server alone stands where it was measured", {
    expect_equal(max(aside(draw("clients", named(servers = "go", clients = c(1, 16))), log2(c(1, 16)))), 0)
})

test_that("throughput of the original's files is clients over mean, with its own interval", {
    file <- tempfile()
    writeLines(c("go 40 1 10us 2us 10000", "go 40 2 5us 2us 10000", "rust 40 1 8us nanus 1"), file)
    plot <- draw("throughput", read_tables(file))
    points <- layer_of(plot, "GeomPoint")
    expect_equal(sort(points$y), c(4e6, 5e6, 8e6))
    bars <- layer_of(plot, "GeomLinerange")
    expect_equal(sort(bars$ymin), 40 / (c(10000, 5000) + 1.96 * 2000 / 100) * 1e9)
    expect_match(plot$labels$caption, "original.s interval.*too short")
    expect_match(plot$labels$caption, "the standard deviation is not known")
})

test_that("more than eight servers get a row each, every name whole", {
    plot <- draw("throughput", forty)
    points <- layer_of(plot, "GeomPoint")
    expect_equal(sort(points$x), sort(values_of(forty, "round_trips_per_second")))
    expect_equal(sort(unique(points$y)), 1:40)
    labels <- ggplot_build(plot)$layout$panel_params[[1]]$y$get_labels()
    expect_setequal(labels, unique(forty$cells$server))
    expect_gt(attr(plot, "height"), 8)
    # The fastest is on top.
    expect_equal(utils::tail(labels, 1), series_by_rank(forty)[1])
})

test_that("within a row what varies differs in shape, colour and height", {
    plot <- draw("clients", forty)
    points <- layer_of(plot, "GeomPoint")
    expect_equal(length(unique(points$y)), 80)
    expect_equal(length(unique(paste(points$colour, points$shape))), 2)
    expect_true(all(abs(points$y - round(points$y)) < 0.5))
})

test_that("clients and latency: logarithmic, in the unit of the axis", {
    points <- layer_of(draw("clients", plain), "GeomPoint")
    expect_equal(10^sort(points$y), sort(values_of(plain, "round_trips_per_second")))
    plot <- draw("latency", plain)
    points <- layer_of(plot, "GeomPoint")
    expected <- unlist(lapply(c("rtt_ns_mean", "rtt_ns_p50", "rtt_ns_p99"), values_of, tables = plain))
    expect_equal(10^sort(points$y), sort(expected) / 1000)
    expect_match(plot$labels$y, "\u00b5s, log")
    expect_equal(panels_of(plot), paste0("1 core\n", c("mean", "median", "99 % quantile")))
})

test_that("latency is over cores where the number of clients is always the same", {
    plot <- draw("latency", named(clients = 16, cores = c(1, 2, 4)))
    expect_match(plot$labels$title, "over cores")
    expect_equal(panels_of(plot)[1], "16 connections\nmean")
})

test_that("tail: the axis names quantiles, the line is the spectrum, bars are intervals over runs", {
    plot <- draw("tail", plain)
    labels <- ggplot_build(plot)$layout$panel_params[[1]]$x$get_labels()
    expect_equal(labels[seq_len(6)], c("50 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %"))
    line <- layer_of(plot, "GeomLine")
    expect_equal(nrow(line), nrow(plain$spectrum))
    expect_equal(10^sort(line$y), sort(plain$spectrum$value_ns) / 1000)
    expect_equal(nrow(layer_of(plot, "GeomLinerange")), 4 * 12)
    with_infinite <- plain
    with_infinite$spectrum$inverse_tail[with_infinite$spectrum$inverse_tail == 1e5] <- Inf
    expect_equal(nrow(layer_of(draw("tail", with_infinite), "GeomLine")), nrow(plain$spectrum) - 12)
    expect_equal(length(panels_of(draw("tail", plain))), 3)
    expect_equal(nrow(ggplot_build(draw("tail", forty))$layout$layout), 40)
})

test_that("distribution: a row a server, as high as the share in a bin is, and on the ground between modes", {
    tables <- named(servers = "x", clients = 1)
    tables$distribution <- data.frame(cell = 1, low_ns = c(100, 1000, 2000), high_ns = c(200, 2000, 4000), share = c(0.25, 0.5, 0.25), cumulative = c(0.25, 0.75, 1))
    outline <- layer_of(draw("distribution", tables), "GeomRibbon")
    heights <- (outline$ymax - outline$ymin) / 0.9
    expect_equal(heights, c(0, 0.5, 0, 0, 1, 0.5, 0))
    expect_equal(10^outline$x, c(100, sqrt(100 * 200), 200, 1000, sqrt(1000 * 2000), sqrt(2000 * 4000), 4000) / 1000 * if (max(outline$x) > 2) 1000 else 1)
    expect_equal(length(unique(layer_of(draw("distribution", forty), "GeomRibbon")$group)), 80)
})

test_that("runs: every complete run a point, with median and interval", {
    tables <- named(failed = "go")
    plot <- draw("runs", tables)
    points <- layer_of(plot, "GeomPoint")
    expect_equal(sort(points$x), sort(stats::na.omit(tables$runs$rtt_ns_mean)) / 1000)
    expect_equal(nrow(layer_of(plot, "GeomSegment")), 9)
    expect_equal(nrow(layer_of(plot, "GeomLinerange")), 9)
    expect_match(plot$labels$caption, "not shown: go in 3 cells .failed: the server ended with status 1")
    expect_true(all(abs(points$y - round(points$y)) <= 0.31))
})

test_that("series: a line a run, the warm-up shaded up to 0 in every panel", {
    plot <- draw("series", plain)
    shade <- layer_of(plot, "GeomRect")
    expect_equal(nrow(shade), 12)
    expect_equal(unique(shade$xmax), 0)
    expect_equal(unique(shade$xmin), min(plain$windows$start_seconds))
    line <- layer_of(plot, "GeomLine")
    expect_equal(sort(line$y), sort(plain$windows$mean_ns) / 1000)
    expect_equal(length(unique(paste(line$PANEL, line$group))), 120)
})

test_that("series: of many runs some are drawn, the first and the last among them, and the caption says so", {
    tables <- named(servers = letters[1:20], clients = c(1, 2, 3, 4, 5), runs = 20)
    plot <- draw("series", tables)
    expect_equal(length(unique(layer_of(plot, "GeomLine")$group)), 100 * 15)
    expect_match(plot$labels$caption, "at most 15 runs")
    expect_equal(environment(plots$series)$drawn_runs(1:10, 4), c(1, 4, 7, 10))
})

test_that("compare: ratios with their intervals, a line at 1, shapes by verdict", {
    plot <- draw("compare", plain)
    points <- layer_of(plot, "GeomPoint")
    expect_equal(10^sort(points$x), sort(plain$comparisons$ratio))
    bars <- layer_of(plot, "GeomLinerange")
    expect_equal(10^sort(bars$xmin), sort(plain$comparisons$low))
    expect_equal(unique(layer_of(plot, "GeomVline")$xintercept), 0)
    verdict <- plain$comparisons$verdict
    expect_equal(length(unique(points$shape)), length(unique(verdict)))
    expect_match(plot$labels$x, "c-epoll.*left of 1 is faster")
    expect_match(plot$labels$caption, "Bonferroni for 3 comparisons")
    differing <- plain
    differing$comparisons$baseline[differing$comparisons$group == 2] <- "asio"
    titles <- panels_of(draw("compare", differing))
    expect_equal(sum(grepl("16 connections, 1 core, 4 bytes, against asio", titles)), 3)
    expect_equal(sum(grepl("against c-epoll", titles)), 6)
    few <- draw("compare", named(runs = 3))
    expect_equal(unique(layer_of(few, "GeomPoint")$fill), "white")
    expect_match(few$labels$caption, "too few common rounds")
})

test_that("cost: parts are stacked to the whole, the server's first", {
    plot <- draw("cost", plain)
    bars <- layer_of(plot, "GeomCol")
    parts <- c("server_user", "server_system", "client_user", "client_system")
    whole <- rowSums(sapply(paste0(parts, "_ns_per_round_trip"), values_of, tables = plain))
    expect_equal(sort(as.vector(tapply(bars$xmax, paste(bars$PANEL, bars$y), max))), sort(unname(whole)) / 1000)
    first <- bars[bars$xmin == 0, ]
    expect_equal(unique(first$fill), "#56B4E9")
    not_ours <- plain
    not_ours$figures <- not_ours$figures[!(startsWith(not_ours$figures$field, "server_") & not_ours$figures$cell == 1), ]
    expect_match(draw("cost", not_ours)$labels$caption, "cost of the server not known: c-epoll")
})

test_that("cost: where user and kernel are not known, or one is below zero in old files, the whole is drawn, and nothing left of zero", {
    tables <- named(servers = c("c-epoll", "go"), clients = 1)
    of <- function(server, field) tables$figures$field == field & tables$figures$cell %in% tables$cells$cell[tables$cells$server == server]
    tables$figures$value[of("c-epoll", "server_user_ns_per_round_trip") | of("c-epoll", "server_system_ns_per_round_trip")] <- NA
    tables$figures$value[of("go", "client_user_ns_per_round_trip")] <- -2000
    plot <- draw("cost", tables)
    bars <- layer_of(plot, "GeomCol")
    expect_true(all(bars$xmin >= 0))
    expect_true(all(c("server, not divided", "client, not divided") %in% levels(plot$data$part)))
    whole <- function(side) sum(tables$figures$value[tables$figures$field == paste0(side, "_cpu_ns_per_round_trip")])
    drawn <- function(side) sum(plot$data$value[startsWith(as.character(plot$data$part), side)])
    expect_equal(drawn("server") / drawn("client"), whole("server") / whole("client"), tolerance = 0.01)
})

test_that("sizes: two panels, each in the unit that its title says", {
    tables <- named(clients = 16, sizes = c(4, 1024))
    plot <- draw("sizes", tables)
    expect_equal(panels_of(plot), c("16 connections\nmean round trip (\u00b5s, log)", "16 connections\npayload in one direction (MB/s, log)"))
    points <- layer_of(plot, "GeomPoint")
    expect_equal(10^sort(points$y[points$PANEL == 1]), sort(values_of(tables, "rtt_ns_mean")) / 1e3)
    expect_equal(10^sort(points$y[points$PANEL == 2]), sort(values_of(tables, "bytes_per_second")) / 1e6)
    expect_match(why_nothing(draw("sizes", plain)), "the same message size")
})

test_that("a single run is dotted and hollow, and the caption says that it says nothing about the next", {
    tables <- named(runs = 1)
    for (name in c("latency", "tail")) {
        plot <- draw(name, tables)
        expect_equal(as.character(unique(layer_of(plot, "GeomLinerange")$linetype)), "dotted", info = name)
        expect_match(plot$labels$caption, "one run only, 95 % interval within that run", info = name)
    }
    expect_equal(unique(layer_of(draw("latency", tables), "GeomPoint")$fill), "white")
    # Throughput has no interval within a run: hollow, without a bar.
    plot <- draw("throughput", tables)
    expect_equal(nrow(layer_of(plot, "GeomLinerange")), 0)
    expect_match(plot$labels$caption, "no intervals: too few runs")
})

test_that("a server has one colour and shape in every plot, by rank, and the legend keeps that order", {
    latency <- draw("latency", plain)
    throughput <- draw("throughput", plain)
    scales <- lapply(list(latency, throughput), function(plot) plot$scales$get_scales("colour"))
    expect_equal(scales[[1]]$palette(4), scales[[2]]$palette(4))
    expect_equal(levels(latency$data$series), series_by_rank(plain))
    mean <- values_of(plain, "rtt_ns_mean")[plain$cells$group == 1]
    expect_equal(series_by_rank(plain), plain$cells$server[plain$cells$group == 1][order(mean)])
})

test_that("subtitle and caption say where, how often and with which interval", {
    labels <- draw("latency", plain)$labels
    expect_match(labels$subtitle, "A Processor 9000.*8 CPUs, Linux 6.1.*volley 0.1.0.*120 runs of 12 cells")
    expect_match(labels$caption, "bars: 95 % interval over 10 runs \\(sign interval of the median\\)")
    skipped <- draw("latency", named(skipped = "go"))$labels$caption
    expect_match(skipped, "not shown: go in 3 cells \\(skipped: it is not built: cargo is missing\\)")
})

test_that("the transport is part of the name where there are several", {
    tables <- fake_tables(servers = c("a", "b"))
    tables$cells$transport[tables$cells$server == "b"] <- "unix"
    tables$cells <- name_series(tables)
    expect_equal(series_by_rank(tables), c("a (tcp)", "b (unix)"))
})

test_that("a factor that no plot names parts the panels where it is a number, and the lines where it is a text", {
    tables <- fake_tables(servers = c("a", "b"), clients = c(1, 16))
    tables$factors[6:7, ] <- rbind(c("depth", "number", "challenge", "depths", "depth"), c("build", "text", "", "builds", "build"))
    tables$cells$depth <- ifelse(tables$cells$clients == 1, 4, 1)
    tables$cells$build <- ifelse(tables$cells$server == "b", "debug", "release")
    directory <- write_tables(tables, tempfile("tables"))
    on.exit(unlink(directory, recursive = TRUE))
    read <- read_tables(directory)
    expect_equal(panels_of(draw("clients", read)), c("1 core, 1 challenge", "1 core, 4 challenges"))
    expect_setequal(levels(draw("clients", read)$data$series), c("a (release)", "b (debug)"))
    read$factors$counted[read$factors$name == "depth"] <- ""
    expect_equal(panels_of(draw("clients", read)), c("1 core, depth 1", "1 core, depth 4"))
})
