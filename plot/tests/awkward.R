# Results that are hard to draw, by name: every plot must cope with them; look at them after changing a plot. Rscript plot/tests/awkward.R
# DIR writes them as tables.

awkward_tables <- function() {
    forty <- sprintf("server-%02d", 1:40)
    long <- c("c-epoll", "a-server-with-a-name-that-goes-on-and-on-for-more-than-fifty-characters", "s1", "s2 with spaces, \"quotes\" & <signs>")
    without_cores <- fake_tables()
    without_cores$cells$cores <- NA_real_
    without_intervals <- fake_tables()
    without_intervals$figures[c("low", "high")] <- NA_real_
    not_ours <- fake_tables()
    not_ours$figures <- not_ours$figures[!startsWith(not_ours$figures$field, "server_"), ]
    no_warm_up <- fake_tables()
    no_warm_up$windows <- no_warm_up$windows[no_warm_up$windows$start_seconds >= 0, ]
    two_transports <- fake_tables(servers = c("a", "b"), clients = c(1, 16))
    two_transports$cells$transport[two_transports$cells$server == "b"] <- "unix"
    list(plain = fake_tables(bimodal = "go"), `one server` = fake_tables(servers = "c-epoll"), `one cell` = fake_tables(servers = "c-epoll", clients = 16),
         `forty servers` = fake_tables(servers = forty, clients = c(1, 64)), `long names` = fake_tables(servers = long),
         `long names of many` = fake_tables(servers = c(long, paste0("a-rather-long-name-of-a-server-", 1:9)), clients = c(1, 16)),
         `failed cells` = fake_tables(failed = "rust-tokio"), `a skipped cell` = fake_tables(skipped = "go", comparable = FALSE),
         `a single run` = fake_tables(runs = 1), `three runs` = fake_tables(runs = 3), `several cores` = fake_tables(clients = c(40, 80, 200), cores = c(1, 2, 4, 8)),
         sizes = fake_tables(clients = c(1, 16), sizes = c(4, 64, 1024, 16384)), `forty with sizes` = fake_tables(forty, 16, c(1, 2), c(4, 1024), runs = 6),
         `many client counts` = fake_tables(servers = letters[1:8], clients = 2^(0:10)), `the baseline failed` = fake_tables(failed = "c-epoll"),
         `unknown cores` = without_cores, `without intervals` = without_intervals, `not our server` = not_ours, `no warm-up` = no_warm_up,
         `two transports` = two_transports, `nothing complete` = fake_tables(servers = "go", failed = "go"))
}

if (sys.nframe() == 0L) {
    here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
    lib <- file.path(here, "..", "lib")
    source(file.path(lib, "all_plots.R"), encoding = "UTF-8")
    source(file.path(here, "fake_tables.R"), encoding = "UTF-8")
    all <- awkward_tables()
    for (name in names(all)) write_tables(all[[name]], file.path(commandArgs(trailingOnly = TRUE)[1], gsub(" ", "-", name)))
}
