#!/bin/sh
# Makes the namespace and the search attributes that cases are found by; does nothing that is done already.
# TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and RETENTION come from the environment.
set -eu

wait_until() {
    waiting_for=$1
    shift
    tries_left=60
    until "$@" > /dev/null 2>&1; do
        tries_left=$((tries_left - 1))
        if [ "$tries_left" -eq 0 ]; then
            echo "Temporal at $TEMPORAL_ADDRESS: waited in vain for $waiting_for." >&2
            exit 1
        fi
        sleep 1
    done
}

operator() {
    temporal operator "$@" --namespace "$TEMPORAL_NAMESPACE"
}

add_attribute() {
    case $known in
        *" $1 "*) ;;
        *) operator search-attribute create --name "$1" --type "$2" ;;
    esac
}

wait_until "an answer" temporal operator cluster health
operator namespace describe > /dev/null 2>&1 || operator namespace create --retention "$RETENTION"
# The server tells itself of a new namespace a moment later.
wait_until "the namespace $TEMPORAL_NAMESPACE" operator search-attribute list

known=$(operator search-attribute list)
add_attribute RefundState Keyword
add_attribute RefundReason Keyword
add_attribute AwaitingParty Keyword
add_attribute OrderNumber Keyword
add_attribute RefundDeadline Datetime
add_attribute Overdue Bool
echo "The namespace $TEMPORAL_NAMESPACE is ready."
