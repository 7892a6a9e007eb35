# Tables as target/compare writes them, of servers that do not exist: for tests, and to look at plots without measuring.
#
# The figures are drawn from seeded distributions and are plausible, no more. Servers differ by their position in the list.

fake_fields <- data.frame(
    field = c("rtt_ns_mean", "rtt_ns_p50", "rtt_ns_p90", "rtt_ns_p99", "rtt_ns_p99_9", "round_trips_per_second", "bytes_per_second",
              "server_cpu_ns_per_round_trip", "server_user_ns_per_round_trip", "server_system_ns_per_round_trip",
              "client_cpu_ns_per_round_trip", "client_user_ns_per_round_trip", "client_system_ns_per_round_trip"),
    unit = c("ns", "ns", "ns", "ns", "ns", "1/s", "bytes/s", "ns", "ns", "ns", "ns", "ns", "ns"))

# Empty cells are those of a server in `failed` (all runs failed) or `skipped` (never run).
fake_tables <- function(servers = c("c-epoll", "asio", "go", "rust-tokio"), clients = c(1, 16, 64), cores = 1, sizes = 4, runs = 10,
                        failed = character(), skipped = character(), bimodal = character(), comparable = TRUE, seed = 1) {
    set.seed(seed)
    grid <- expand.grid(server = servers, clients = clients, cores = cores, message_bytes = sizes, stringsAsFactors = FALSE)
    n <- nrow(grid)
    of_group <- interaction(grid$clients, grid$cores, grid$message_bytes, drop = TRUE)
    counted <- function(n, one) paste(n, ifelse(n == 1, one, paste0(one, "s")))
    group_label <- paste0(counted(grid$clients, "connection"), ", ", counted(grid$cores, "core"), ", ", grid$message_bytes, " bytes")
    is_skipped <- grid$server %in% skipped
    has_failed <- grid$server %in% failed
    complete <- ifelse(is_skipped | has_failed, 0, runs)
    cells <- data.frame(cell = seq_len(n), label = paste0(grid$server, " ", group_label), server = grid$server, clients = grid$clients,
                        cores = grid$cores, message_bytes = grid$message_bytes, transport = "tcp", driver = "wait", workers = 1,
                        group = as.integer(of_group), group_label = group_label, runs = ifelse(is_skipped, 0, runs), complete_runs = complete,
                        failed_runs = ifelse(has_failed, runs, 0), failure = ifelse(has_failed, "the server ended with status 1", ""),
                        skipped = ifelse(is_skipped, "it is not built: cargo is missing", ""), offload = "",
                        baseline = grid$server == servers[1])
    measured <- which(complete > 0)
    speed <- 1 + 0.12 * (match(grid$server, servers) - 1)
    typical <- 12e3 * speed * grid$clients^0.9 / pmin(grid$cores, 4)^0.7 * (1 + grid$message_bytes / 2e4)
    factors <- data.frame(name = c("server", "clients", "cores", "message_bytes", "transport"), kind = c("text", "number", "number", "number", "text"),
                          counted = c("", "connection", "core", "byte", ""), sweep_option = c("servers", "clients", "cores", "sizes", ""),
                          client_option = c("name", "clients", "server-cores", "message", ""))
    tables <- c(list(factors = factors, cells = cells), fake_runs(cells, measured, typical, grid$server %in% bimodal))
    tables$figures <- fake_figures(cells, tables$runs)
    tables$windows <- fake_windows(tables$runs, typical)
    tables$spectrum <- fake_spectrum(measured, typical)
    tables$distribution <- fake_distribution(measured, typical, grid$server %in% bimodal)
    tables$comparisons <- fake_comparisons(cells, tables$runs, measured)
    tables$warnings <- data.frame(id = c("virtualized", if (!comparable) "other-kernel"), message = c("this is a virtual machine", if (!comparable) "2 kernels"),
                                  remedy = "", cells = n, scope = c("before", if (!comparable) "comparability"))
    tables$environment <- data.frame(key = c("cpu_model", "online_cpus", "kernel", "virtualization", "version"),
                                     value = c("A Processor 9000 @ 3.00GHz", "8", "6.1.0-18-amd64", "", "0.1.0 (abcdef0)"), values = 1)
    tables$meta <- data.frame(key = c("compare_version", "schema_version", "method_version", "confidence", "files", "runs", "complete_runs", "problems",
                                      "baseline_rule"),
                              value = c("0.1.0", "1", "1", "0.95", "fake.jsonl", nrow(tables$runs), sum(tables$runs$complete), "", "first"))
    tables
}

fake_runs <- function(cells, measured, typical, bimodal) {
    rows <- list()
    for (round in seq_len(max(cells$runs, 0))) for (cell in which(cells$runs > 0)) rows[[length(rows) + 1]] <- c(cell, round)
    if (length(rows) == 0) rows <- list(c(1, 1))[0]
    where <- matrix(unlist(rows), ncol = 2, byrow = TRUE)
    n <- nrow(where)
    complete <- where[, 1] %in% measured
    mean <- typical[where[, 1]] * exp(stats::rnorm(n, 0, 0.04)) * ifelse(bimodal[where[, 1]] & where[, 2] %% 3 == 0, 1.6, 1)
    mean[!complete] <- NA
    clients <- cells$clients[where[, 1]]
    runs <- data.frame(cell = where[, 1], measurement = "2026-01-01T00:00:00Z-host-1", round = where[, 2], run = 1,
                       started = sprintf("2026-01-01T00:%02d:%02dZ", (seq_len(n) %/% 60) %% 60, seq_len(n) %% 60), order = seq_len(n), complete = complete,
                       error = ifelse(complete, "", "the server ended with status 1"), measured_seconds = 0.3, warmup_seconds = 0.25,
                       rtt_ns_mean = mean, rtt_ns_p50 = mean * 0.9, rtt_ns_p90 = mean * 1.4, rtt_ns_p99 = mean * 2.5, rtt_ns_p99_9 = mean * 9)
    runs$round_trips_per_second <- clients / mean * 1e9
    runs$bytes_per_second <- runs$round_trips_per_second * cells$message_bytes[where[, 1]]
    runs$server_cpu_ns_per_round_trip <- mean / clients * 0.5
    runs$server_user_ns_per_round_trip <- runs$server_cpu_ns_per_round_trip * 0.2
    runs$server_system_ns_per_round_trip <- runs$server_cpu_ns_per_round_trip * 0.8
    runs$client_cpu_ns_per_round_trip <- mean / clients * 0.4
    runs$client_user_ns_per_round_trip <- runs$client_cpu_ns_per_round_trip * 0.3
    runs$client_system_ns_per_round_trip <- runs$client_cpu_ns_per_round_trip * 0.7
    list(runs = runs)
}

# Median and an interval of roughly the right size; a single run has the one within it, but for throughput and cost, which have none.
fake_figures <- function(cells, runs) {
    rows <- lapply(cells$cell[cells$complete_runs > 0], function(cell) {
        values <- runs[runs$cell == cell & runs$complete, fake_fields$field]
        n <- nrow(values)
        value <- vapply(values, stats::median, 0)
        spread <- if (n >= 6) vapply(values, stats::sd, 0) * 2 / sqrt(n) else if (n == 1) ifelse(startsWith(fake_fields$field, "rtt"), value * 0.01, NA) else NA
        data.frame(cell = cell, fake_fields, meaning = "made up", value = value, low = value - spread, high = value + spread,
                   scope = ifelse(is.na(spread), "", if (n == 1) "within_run" else "over_runs"), runs = n)
    })
    if (length(rows) == 0) {
        return(data.frame(cell = numeric(), field = character(), unit = character(), meaning = character(), value = numeric(), low = numeric(),
                          high = numeric(), scope = character(), runs = numeric()))
    }
    do.call(rbind, c(rows, make.row.names = FALSE))
}

fake_windows <- function(runs, typical) {
    runs <- runs[runs$complete, ]
    start <- c(seq(-0.25, -0.01, length.out = 8), seq(0, 0.29, length.out = 24))
    width <- c(rep(0.03125, 8), rep(0.0125, 24))
    rows <- runs[rep(seq_len(nrow(runs)), each = length(start)), c("cell", "round", "run", "rtt_ns_mean")]
    rows$start_seconds <- rep_len(start, nrow(rows))
    rows$width_seconds <- rep_len(width, nrow(rows))
    rows$count <- rep_len(100, nrow(rows))
    rows$mean_ns <- rows$rtt_ns_mean * (1 + 0.8 * pmax(0, -rows$start_seconds)) * exp(stats::rnorm(nrow(rows), 0, 0.06))
    rows$maximum_ns <- rows$mean_ns * 5
    rows[c("cell", "round", "run", "start_seconds", "width_seconds", "count", "mean_ns", "maximum_ns")]
}

fake_spectrum <- function(measured, typical) {
    inverse_tail <- c(1, 1.25, 10^seq(0.2, 5, by = 0.1))
    rows <- expand.grid(inverse_tail = inverse_tail, cell = measured)
    data.frame(cell = rows$cell, quantile = 1 - 1 / rows$inverse_tail, inverse_tail = rows$inverse_tail,
               value_ns = typical[rows$cell] * (0.5 + 0.5 * rows$inverse_tail^0.35))
}

fake_distribution <- function(measured, typical, bimodal) {
    rows <- lapply(measured, function(cell) {
        edge <- 10^seq(3, 9, by = 1 / 60)
        below <- stats::plnorm(edge / typical[cell], 0, 0.2)
        if (bimodal[cell]) below <- 0.6 * below + 0.4 * stats::plnorm(edge / typical[cell], log(2.5), 0.15)
        share <- diff(below)
        keep <- share > 1e-6
        data.frame(cell = cell, low_ns = utils::head(edge, -1)[keep], high_ns = edge[-1][keep], share = share[keep], cumulative = below[-1][keep])
    })
    if (length(rows) == 0) return(data.frame(cell = numeric(), low_ns = numeric(), high_ns = numeric(), share = numeric(), cumulative = numeric()))
    do.call(rbind, rows)
}

fake_comparisons <- function(cells, runs, measured) {
    rows <- list()
    for (cell in measured) {
        base <- cells[cells$group == cells$group[cell] & cells$baseline, ]
        if (nrow(base) != 1 || base$cell == cell || base$complete_runs == 0) next
        n <- cells$complete_runs[cell]
        for (statistic in c("mean", "p50", "p99")) {
            field <- paste0("rtt_ns_", statistic)
            logs <- log(runs[[field]][runs$cell == cell] / runs[[field]][runs$cell == base$cell])
            middle <- stats::median(logs)
            half <- if (n >= 6) 2 * stats::sd(logs) / sqrt(n) else NA
            verdict <- if (n < 10) "more runs needed" else if (abs(middle) <= half) "cannot be told apart" else if (middle < 0) "faster" else "slower"
            rows[[length(rows) + 1]] <- data.frame(
                group = cells$group[cell], group_label = cells$group_label[cell], cell = cell, server = cells$server[cell], baseline_cell = base$cell,
                baseline = base$server, statistic = statistic, ratio = exp(middle), low = exp(middle - half), high = exp(middle + half),
                t_low = exp(middle - half), t_high = exp(middle + half), verdict = verdict, rounds = n, rounds_needed = if (n < 10) 10 else NA, comparisons = 3)
        }
    }
    if (length(rows) > 0) return(do.call(rbind, rows))
    as.data.frame(sapply(table_columns$comparisons, function(column) if (column %in% numbers) numeric() else character(), simplify = FALSE))
}

# As target/compare --tables does.
write_tables <- function(tables, directory) {
    dir.create(directory, showWarnings = FALSE, recursive = TRUE)
    for (name in names(tables)) utils::write.csv(tables[[name]], file.path(directory, paste0(name, ".csv")), row.names = FALSE, na = "", fileEncoding = "UTF-8")
    directory
}
