/*
 * The systemd unit or container that a process belongs to, from its cgroup: what an admin restarts or stops.
 * A pure function of text.
 */
#ifndef SHMTOP_CORE_PROCESS_UNIT_H
#define SHMTOP_CORE_PROCESS_UNIT_H

#include <stdbool.h>
#include <stddef.h>

/* Room for any unit name: systemd's are at most 255 bytes. */
#define UNIT_MAX 256

/*
 * The text of /proc/PID/cgroup (cgroups(7): lines "ID:CONTROLLERS:PATH"; of version 2 "0::PATH"; else that of
 * "name=systemd" tells). The outermost container in its path counts, for the units inside are those of
 * another systemd; else the innermost unit:
 *
 *     docker-<64 hex>.scope, docker/<64 hex>         docker:<12 hex>
 *     libpod-…, cri-containerd-…, crio-…             podman:… containerd:… crio:…
 *     <64 hex> below kubepods                        kubepods:…
 *     lxc.payload.NAME, lxc/NAME                     lxc:NAME
 *     NAME.service, NAME.scope                       as it is
 *
 * Raw bytes: escape before showing. False where there is none.
 */
bool unit_parse(const char *text, char *buf, size_t size);

#endif
