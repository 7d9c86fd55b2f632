drop schema if exists library cascade;
