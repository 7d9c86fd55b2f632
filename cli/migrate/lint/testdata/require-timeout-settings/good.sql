set local lock_timeout = '10s';
set local statement_timeout to 60000;
set search_path = public;
select set_config('statement_timeout', '10min', true);
reset role;
