module volley/go-blocking

go 1.19
