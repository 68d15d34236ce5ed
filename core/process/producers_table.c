#include "core/process/producers_table.h"

/*
 * field-guide.md §2, a row of it after the other; what is more special goes before what is less, and what the
 * bytes say before what a name does. A producer whose names can be anything and whose bytes say nothing (named
 * segments of Python, Boost) has no row.
 *
 * An image under another name than *.im.shm is a copy, which no service comes back to: protection is the name's
 * (core/catalog/row.c), so that deleting need not read what it deletes.
 *
 * No pid is claimed where it cannot be used: Julia writes it modulo 10^6, the fields of CUDA's names are
 * not certain. MosaicML's names are listed one by one, for "#{6}_*" fits any file that begins with a date.
 */
const char producers_built_in[] =
    /* whatever their names */
    "sharedarray layout:sharedarray ask SharedArray\n"
    "imagestream layout:imagestream live content ImageStreamIO\n"
    "imagestream *.im.shm live content ImageStreamIO\n"

    /* Python */
    "cpython psm_&{8} ok Python shared_memory\n"
    "multiprocessing sem.mp-?{8} ok multiprocessing\n"
    "loky sem.loky-<#>-* ok loky\n"
    "joblib joblib_memmapping_folder_<#>_* ok joblib\n"
    "joblib joblib_memmaping_pool_<#>_* ok joblib\n"
    "joblib joblib_memmapping_pool_<#>_* ok joblib\n"
    "cute-shm cute-shm.*.@{10} ask cute-shm\n"

    /* machine learning */
    "pytorch torch_<#>_#_# ok PyTorch\n"
    "pytorch torch_<#>_# ok PyTorch\n"
    "paddle paddle_<#>_#_# ok PaddlePaddle\n"
    "paddle paddle_<#>_# ok PaddlePaddle\n"
    "mindspore mindspore_<#>_#_# ok MindSpore\n"
    "cuda cuda.shm.&.&.& ok CUDA\n"
    "nccl nccl-shm-recv-&-#-#-# ok NCCL\n"
    "nccl nccl-shm-send-&-#-#-# ok NCCL\n"
    "nccl nccl-@{6} ok NCCL\n"
    "sglang sgl_shm_*_<#>_@ ok SGLang\n"
    "sglang multi_tokenizer_args_<#> ok SGLang\n"
    "vllm vllm_offload_*.mmap ok vLLM\n"
    "mosaicml #{6}_locals ok MosaicML streaming\n"
    "mosaicml #{6}_barrier ok MosaicML streaming\n"
    "mosaicml #{6}_next_epoch ok MosaicML streaming\n"
    "mosaicml #{6}_cache_usage ok MosaicML streaming\n"
    "mosaicml #{6}_shard_states ok MosaicML streaming\n"
    "mosaicml #{6}_shard_access_times ok MosaicML streaming\n"
    "mosaicml #{6}_resume ok MosaicML streaming\n"
    "mosaicml #{6}_epoch_shape ok MosaicML streaming\n"
    "mosaicml #{6}_epoch_data ok MosaicML streaming\n"
    "triton triton_python_backend_shm_region_* live Triton\n"
    "ray plasma@{6} ask Ray plasma\n"
    "vineyard vineyard-bulk-* live vineyard\n"

    /* Julia, R, cameras */
    "julia jl#{6}@{20} ok Julia SharedArrays\n"
    "bigmemory sem.&-&-&-&-&_bigmemory_counter_mutex ok R bigmemory\n"
    "bigmemory &{8}-&{4}-&{4}-&{4}-&{12}_column_# ok R bigmemory\n"
    "bigmemory &{8}-&{4}-&{4}-&{4}-&{12}_counter ok R bigmemory\n"
    "bigmemory &{8}-&{4}-1&{3}-&{4}-&{12} ok R bigmemory\n"
    "mori mori_<&>_& ok R mori\n"
    "sharedobject shared_object_package_space* ok R SharedObject\n"
    "sharedobject sharedObjectCounter ok R SharedObject\n"

    /* message passing */
    "vader vader_segment.*.&.# ok Open MPI vader\n"
    "openmpi sm_segment.*.&.# ok Open MPI\n"
    "openmpi open_mpi.# ok Open MPI\n"
    "ucx ucx_shm_posix_& ok UCX\n"
    "psm2 psm2_shm.* ok PSM2\n"
    "mpich mpich_shar_tmp@{6} ok MPICH\n"
    "openmp __KMP_REGISTERED_LIB_<#>_# ok OpenMP\n"

    /* services */
    "postgresql PostgreSQL.# never PostgreSQL\n"
    "oracle ora_*_&_& never Oracle\n"
    "squid squid-*.shm live Squid\n"
    "corosync qb-<#>-#-#-* live corosync\n"
    "corosync qb-*-data live corosync\n"
    "corosync qb-*-header live corosync\n"
    "podman libpod_lock never Podman\n"
    "podman libpod_rootless_lock_# never Podman\n"
    "lttng lttng-ust-wait-# never LTTng\n"
    "lttng lttng-ust-wait-#-# never LTTng\n"
    "dpdk rtemap_# never DPDK\n"
    "spdk *_trace.pid<#> ok SPDK\n"

    /* the desktop */
    "pulseaudio pulse-shm-# self content PulseAudio\n"
    "jack jack-shm-registry live JACK\n"
    "jack jack-#-# live JACK\n"
    "jack jack_sem.#_* live JACK\n"
    "jack jack_db-# live JACK\n"
    "chromium .org.chromium.Chromium.@{6} ok Chromium\n"
    "chromium .com.google.Chrome.@{6} ok Chrome\n"
    "firefox org.mozilla.ipc.<#>.# ok Firefox\n"
    "firefox snap.*.org.mozilla.ipc.<#>.# ok Firefox\n"
    "firefox wayland.mozilla.ipc.# ok Firefox\n"
    "webkit WK2SharedMemory.# ok WebKit\n"
    "qt qipc_sharedmemory_* live Qt\n"
    "qt qipc_systemsem_* live Qt\n"
    "gstreamer shmpipe.*<#>.*# ok GStreamer\n"
    "steam u#-Shm_& live Steam\n"
    "steam ValveIPCSHM_# live Steam\n"
    "wine wine-&-fsync live Wine\n"
    "dotnet doublemapper_<#> ok .NET\n"
    "mono mono.<#> ok Mono\n"

    /* robots, experiments, exchanges */
    "fastdds sem.fastrtps_* self Fast DDS\n"
    "fastdds fastrtps_* self Fast DDS\n"
    "fastdds fastdds_* self Fast DDS\n"
    "iceoryx2 iox2_&_* live iceoryx2\n"
    "iceoryx iox_* live iceoryx\n"
    "cyclonedds cyclonedds* live Cyclone DDS\n"
    "fairmq fmq_&_* self FairMQ\n"
    "aeron aeron-* live Aeron\n"

    /* whatever sem_open made that nobody above did */
    "semaphore sem.* live a POSIX semaphore\n";
