/* The header alone must compile: as C99, C11, C++11 and C++17, without a warning and without another include. */
#include "driftline.h"

int main(void)
{
    /* Every kind of type is used once, so that a declaration that only parses is not enough. */
    driftline_state state = {0};
    driftline_scheduler scheduler = {0};
    driftline_config config;
    driftline_error error;
    driftline_scorer scorer;
    driftline_result result = DRIFTLINE_RESULT_OK;
    uint64_t none = DRIFTLINE_NONE;

    config.struct_size = (uint32_t)sizeof config;
    error.struct_size = (uint32_t)sizeof error;
    scorer.struct_size = (uint32_t)sizeof scorer;
    if (driftline_abi() != DRIFTLINE_ABI || none == 0) {
        return 1;
    }
    result = driftline_state_free(state);
    if (result != DRIFTLINE_RESULT_OK) {
        return 1;
    }
    result = driftline_scheduler_free(scheduler);
    if (result != DRIFTLINE_RESULT_OK) {
        return 1;
    }
    return (config.struct_size > 0 && error.struct_size > 0 && scorer.struct_size > 0) ? 0 : 1;
}
