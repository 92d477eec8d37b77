/*
 * certificate.h - what the simulator shows where it speaks TLS: somebody's certificate, or one of
 * its own making that whoever trusts it takes for its authority too.
 */
#ifndef YQ_SIMULATOR_CERTIFICATE_H
#define YQ_SIMULATOR_CERTIFICATE_H

#include "base/buf.h"
#include "base/err.h"

#define SIM_CERTIFICATE_FILE "certificate.pem"
#define SIM_KEY_FILE	     "certificate-key.pem"

struct sim_certificate {
	struct yq_buf chain, key; /* PEM */
};
/* Releases and wipes; an empty one is a no-op. */
void sim_certificate_clear(struct sim_certificate *certificate);

/* Both files, which belong together and are in date.  YQ_E_INVALID says what is wrong with which;
 * whatever is returned, *certificate is to be cleared. */
YQ_NODISCARD enum yq_rc sim_certificate_read(const char *chain_path, const char *key_path,
    struct sim_certificate *certificate, struct yq_err *err);

/* That of the folder, for 127.0.0.1, ::1 and localhost; made when there is none, or when what is
 * there does not hold for another day.  The key's file is 0600. */
YQ_NODISCARD enum yq_rc sim_certificate_keep(
    const char *folder, struct sim_certificate *certificate, struct yq_err *err);

#endif
