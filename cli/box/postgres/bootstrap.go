package postgres

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

//go:embed bootstrap.sql
var bootstrapSQL string

// bootstrapDeadline is for all of it together; usually it takes some milliseconds.
const bootstrapDeadline = 30 * time.Second

// bootstrap brings the cluster to the state that the product expects. It does nothing the second time, except that Role
// gets the password of this start.
func (s *Server) bootstrap(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, bootstrapDeadline)
	defer cancel()
	conn, err := s.connect(ctx, "postgres")
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, bootstrapSQL); err != nil {
		return fmt.Errorf("make the roles: %w", err)
	}
	var sql string
	err = conn.QueryRow(ctx, `select format('alter role %I password %L', $1::text, $2::text)`, Role, s.password.Reveal()).Scan(&sql)
	if err == nil {
		_, err = conn.Exec(ctx, sql)
	}
	if err != nil {
		return fmt.Errorf("set the password of role %s: %w", Role, err)
	}
	return s.createDatabase(ctx, conn, Database)
}

// CreateDatabase makes a database that Role owns, with what a Supabase project has. One that exists stays as it is.
func (s *Server) CreateDatabase(ctx context.Context, name string) error {
	conn, err := s.connect(ctx, "postgres")
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return s.createDatabase(ctx, conn, name)
}

func (s *Server) createDatabase(ctx context.Context, conn *pgx.Conn, name string) error {
	var exists bool
	if err := conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, name).Scan(&exists); err != nil {
		return fmt.Errorf("make database %s: %w", name, err)
	}
	if !exists {
		// Copying the files is the quickest way for a small template.
		sql := "create database " + pgx.Identifier{name}.Sanitize() + " owner " + Role + " strategy file_copy"
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("make database %s: %w", name, err)
		}
	}
	db, err := s.connect(ctx, name)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close(context.WithoutCancel(ctx)) }()
	// As at Supabase, tables made in public are granted to nobody since October 2026: a migration that wants it says so.
	if _, err := db.Exec(ctx, `grant usage on schema public to anon, authenticated, service_role`); err != nil {
		return fmt.Errorf("make database %s: %w", name, err)
	}
	return nil
}

// DropDatabase drops a database and cuts its connections. One that does not exist is fine.
func (s *Server) DropDatabase(ctx context.Context, name string) error {
	conn, err := s.connect(ctx, "postgres")
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "drop database if exists "+pgx.Identifier{name}.Sanitize()+" with (force)"); err != nil {
		return fmt.Errorf("drop database %s: %w", name, err)
	}
	return nil
}

// connect connects as the superuser.
func (s *Server) connect(ctx context.Context, database string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(s.AdminURL(database).Reveal())
	if err != nil {
		return nil, fmt.Errorf("connect to the box's Postgres as %s: bad address", admin)
	}
	// Only this: pgx takes more of them from the PG variables of the person. The log of the server must not repeat a
	// statement that sets a password.
	config.RuntimeParams = map[string]string{"log_min_error_statement": "panic"}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to the box's Postgres as %s: %w", admin, err)
	}
	return conn, nil
}
