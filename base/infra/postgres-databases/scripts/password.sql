\set password `cat /etc/postgres-passwords/:login`
ALTER ROLE :"login" PASSWORD :'password';
