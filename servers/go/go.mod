module volley/go

go 1.19
