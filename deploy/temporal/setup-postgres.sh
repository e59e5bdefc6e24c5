#!/bin/sh
# Makes Temporal's two databases and brings their schemas to this release; does nothing that is done already.
# The tool reads SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD from the environment.
set -eu

create_schema() {
    temporal-sql-tool --db "$1" create
    temporal-sql-tool --db "$1" setup-schema -v 0.0
    temporal-sql-tool --db "$1" update-schema -d "/etc/temporal/schema/postgresql/v12/$2/versioned"
}

create_schema temporal temporal
create_schema temporal_visibility visibility
echo "Temporal's databases are ready."
