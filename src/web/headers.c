/*
 * headers.c - what every answer says to the browser: it may run nothing, show nothing and send
 * nowhere but what comes from here, and no other page may hold this one in a frame or a window.
 */
#include "web/web.h"

const struct yq_http_header yq_web_headers[] = {
	{ "Content-Security-Policy",
	    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
	    "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'self'; "
	    "form-action 'self'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Permissions-Policy",
	    "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()" },
	{ "Cache-Control", "no-store" },
};
const size_t yq_web_header_count = YQ_COUNT(yq_web_headers);
