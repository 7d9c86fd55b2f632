-- readme-ops: after-deploy
drop schema library;
