module github.com/driftline/driftline/bindings/go

go 1.24
