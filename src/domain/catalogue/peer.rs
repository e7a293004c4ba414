//! Codes of connections; `net` makes them. Their first argument is the host, with its port unless that
//! is the usual one.

use super::{Area, Category, CodeInfo, Family, Fixer, Healing, Scope, entries};

pub(super) static ENTRIES: &[CodeInfo] = entries! { Peer:
    "PEER-ADDRESS" Run Error Settings Administrator ByHand
        "Address that cannot be used"
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
        "No secure connection[ to {0}] could be agreed on."
    "PEER-CERTIFICATE" Run Error Connection Administrator ByHand
        "Our certificate refused"
        "The service[ at {0}] refuses the certificate that Syncdesk shows, or wants one and gets none."
    "PEER-SIGN-IN" Run Error Connection Administrator ByHand
        "Sign-in refused"
        "The sign-in[ at {0}] was refused."
    "PEER-LIMIT" Run Error Connection Administrator Retried
        "The service asks for a pause"
        "The service[ at {0}] takes no more requests for now."
    "PEER-SLOW" Run Error Connection Administrator Retried
        "No answer in time"
        "The service[ at {0}] did not answer in time."
    "PEER-CROWDED" Run Error Connection Administrator Retried
        "Too slow while others waited for memory"
        "The service[ at {0}] answered so slowly that others waited too long for the memory its answer takes."
    "PEER-AWAY" Run Error Connection Administrator Retried
        "Service cannot be reached"
        "The service[ at {0|source=the source|destination=the destination}] cannot be reached, or broke off."
    "PEER-NONSENSE" Run Error Connection Administrator ByHand
        "Answer not understood"
        "The service[ at {0}] gave an answer that Syncdesk does not understand."
    "PEER-REDIRECT" Run Error Connection Administrator ByHand
        "Redirect not followed"
        "The service[ at {0}] redirects[ to {1}][, {2|elsewhere=which is another service|changes=and Syncdesk does not follow a redirect of a request that changes something|loop=again and again|path=which is another path than the one that was asked for}]."
    "PEER-TOO-LARGE" Run Error Connection Administrator ByHand
        "Response too large"
        "A response of the service[ at {0}] needs more memory than it may have[: {1} bytes]."
};
