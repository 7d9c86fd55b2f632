set lock_timeout = 0;
set local statement_timeout to '0ms';
reset all;
select set_config('lock_timeout', '0', true);
set session statement_timeout = default;
