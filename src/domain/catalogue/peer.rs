//! Codes of connections; `net` makes them. Their first argument is the host, with its port unless that
//! is the usual one.

use super::{Area, Category, CodeInfo, Family, Fixer, Healing, Scope, entries};

pub(super) static ENTRIES: &[CodeInfo] = entries! { Peer:
    "PEER-ADDRESS" Run Error Settings Administrator ByHand
        "Address not usable"
        "The address[ {0}] cannot be used[: {1}]."
    "PEER-NAME" Run Error Connection Administrator ByHand
        "Host name not found"
        "The name[ {0}] could not be resolved to an address."
    "PEER-FORBIDDEN" Run Error Settings Administrator ByHand
        "Address not allowed"
        "Syncdesk is not allowed to connect to this address[ ({0})]."
    "PEER-REFUSED" Run Error Connection Administrator Retried
        "Connection refused"
        "The connection[ to {0}] was refused."
    "PEER-TLS" Run Error Connection Administrator ByHand
        "No secure connection"
        "The TLS handshake[ with {0}] failed."
    "PEER-CERTIFICATE" Run Error Connection Administrator ByHand
        "Client certificate rejected"
        "The service[ at {0}] rejected the client certificate, or requires one."
    "PEER-SIGN-IN" Run Error Connection Administrator ByHand
        "Sign-in refused"
        "The service[ at {0}] rejected the credentials."
    "PEER-LIMIT" Run Error Connection Administrator Retried
        "Service limits requests"
        "The service[ at {0}] is limiting requests."
    "PEER-SLOW" Run Error Connection Administrator Retried
        "No response in time"
        "The service[ at {0}] did not respond in time."
    "PEER-CROWDED" Run Error Connection Administrator Retried
        "Too slow while other responses waited"
        "The service[ at {0}] responded so slowly that other responses waited too long for memory."
    "PEER-AWAY" Run Error Connection Administrator Retried
        "Service cannot be reached"
        "The service[ at {0|source=the source|destination=the destination}] cannot be reached, or interrupted the connection."
    "PEER-NONSENSE" Run Error Connection Administrator ByHand
        "Response not valid"
        "The response of the service[ at {0}] is not valid."
    "PEER-REDIRECT" Run Error Connection Administrator ByHand
        "Redirect not followed"
        "The service[ at {0}] redirects[ to {1}][: {2|elsewhere=this is another service|changes=Syncdesk does not follow redirects of requests that change something|loop=the redirects form a loop|path=the path differs from the requested one}]."
    "PEER-TOO-LARGE" Run Error Connection Administrator ByHand
        "Response too large"
        "A response of the service[ at {0}] exceeds the memory limit[: {1} bytes]."
};
