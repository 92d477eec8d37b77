/* http.h - what the HTTP server and the HTTP client have in common. */
#ifndef YQ_NET_HTTP_H
#define YQ_NET_HTTP_H

struct yq_http_header {
	const char *name, *value;
};

#endif
