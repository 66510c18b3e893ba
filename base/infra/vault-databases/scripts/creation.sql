CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}' IN ROLE "@group@";
ALTER ROLE "{{name}}" SET ROLE "@group@";
ALTER ROLE "{{name}}" SET search_path = "@group@";
