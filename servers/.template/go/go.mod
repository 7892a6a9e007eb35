module volley/@NAME@

go 1.19
