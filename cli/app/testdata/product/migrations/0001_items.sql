create table items (id uuid primary key, name text not null);
alter table items enable row level security;
