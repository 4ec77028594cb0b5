import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.opensearch.Version;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;

/**
 * An OpenSearch node, alone unless told otherwise, on the loopback address, for tests.
 *
 * <p>Arguments: home folder (with an empty {@code config} folder inside), HTTP port, transport port, and any further
 * settings as {@code name=value}, which count more than those here.
 */
final class LocalNode extends Node {

  private LocalNode(Settings settings, List<PluginInfo> modules) {
    super(InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "test"), modules, false);
  }

  public static void main(String[] arguments) throws Exception {
    new LocalNode(settings(arguments), modules()).start();
    Thread.currentThread().join();
  }

  private static Settings settings(String[] arguments) {
    Settings.Builder settings = Settings.builder()
        .put("path.home", Path.of(arguments[0]).toAbsolutePath())
        .put("http.port", arguments[1])
        .put("transport.port", arguments[2])
        .put("cluster.name", "contacts-test")
        .put("node.name", "test")
        .put("discovery.type", "single-node")
        .put("cluster.max_shards_per_node", 20000)
        .put("cluster.routing.allocation.disk.threshold_enabled", false);
    Stream.of(arguments).skip(3).map(argument -> argument.split("=", 2)).forEach(pair -> settings.put(pair[0], pair[1]));
    return settings.build();
  }

  /** The modules that a packaged OpenSearch always has and that our queries need. */
  private static List<PluginInfo> modules() {
    return Stream.of(
            "org.opensearch.transport.Netty4ModulePlugin",
            "org.opensearch.percolator.PercolatorModulePlugin",
            "org.opensearch.analysis.common.CommonAnalysisModulePlugin",
            "org.opensearch.index.mapper.MapperExtrasModulePlugin",
            "org.opensearch.index.reindex.ReindexModulePlugin",
            "org.opensearch.painless.PainlessModulePlugin")
        .map(name -> new PluginInfo(name, "module", "-", Version.CURRENT, "21", name, null, List.of(), false))
        .toList();
  }
}
