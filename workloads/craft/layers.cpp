#include "workloads/craft/layers.h"

#include <fmt/format.h>

#include "isa/base/error.h"

namespace inf::workloads {
namespace {

constexpr ConvLayer kLayers[] = {
    {"basenet.slice1.0", "basenet.slice1.1", 3, 64, 3, 1},
    {"basenet.slice1.3", "basenet.slice1.4", 64, 64, 3, 1},
    {"basenet.slice1.7", "basenet.slice1.8", 64, 128, 3, 1},
    {"basenet.slice1.10", "basenet.slice1.11", 128, 128, 3, 1},
    {"basenet.slice2.14", "basenet.slice2.15", 128, 256, 3, 1},
    {"basenet.slice2.17", "basenet.slice2.18", 256, 256, 3, 1},
    {"basenet.slice3.20", "basenet.slice3.21", 256, 256, 3, 1},
    {"basenet.slice3.24", "basenet.slice3.25", 256, 512, 3, 1},
    {"basenet.slice3.27", "basenet.slice3.28", 512, 512, 3, 1},
    {"basenet.slice4.30", "basenet.slice4.31", 512, 512, 3, 1},
    {"basenet.slice4.34", "basenet.slice4.35", 512, 512, 3, 1},
    {"basenet.slice4.37", "basenet.slice4.38", 512, 512, 3, 1},
    {"basenet.slice5.1", "", 512, 1024, 3, 6},
    {"basenet.slice5.2", "", 1024, 1024, 1, 1},
    {"upconv1.conv.0", "upconv1.conv.1", 1536, 512, 1, 1},
    {"upconv1.conv.3", "upconv1.conv.4", 512, 256, 3, 1},
    {"upconv2.conv.0", "upconv2.conv.1", 768, 256, 1, 1},
    {"upconv2.conv.3", "upconv2.conv.4", 256, 128, 3, 1},
    {"upconv3.conv.0", "upconv3.conv.1", 384, 128, 1, 1},
    {"upconv3.conv.3", "upconv3.conv.4", 128, 64, 3, 1},
    {"upconv4.conv.0", "upconv4.conv.1", 192, 64, 1, 1},
    {"upconv4.conv.3", "upconv4.conv.4", 64, 32, 3, 1},
    {"conv_cls.0", "", 32, 32, 3, 1},
    {"conv_cls.2", "", 32, 32, 3, 1},
    {"conv_cls.4", "", 32, 16, 3, 1},
    {"conv_cls.6", "", 16, 16, 1, 1},
    {"conv_cls.8", "", 16, 2, 1, 1},
};

}  // namespace

std::span<const ConvLayer> craft_layers() { return kLayers; }

const ConvLayer& craft_layer(std::string_view conv) {
  for (const ConvLayer& layer : kLayers) {
    if (layer.conv == conv) return layer;
  }
  throw Error(ErrorKind::internal, "built-in model craft", fmt::format("has no layer '{}'", conv));
}

}  // namespace inf::workloads
