import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.mapper.MapperExtrasPlugin;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.percolator.PercolatorPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.reindex.ReindexPlugin;
import org.elasticsearch.transport.Netty4Plugin;

/**
 * A single Elasticsearch 7.17 node on the loopback address, for tests.
 *
 * <p>Arguments: home folder (with an empty {@code config} folder inside), HTTP port, transport port.
 */
final class LocalNode extends Node {

  private static final List<Class<? extends Plugin>> MODULES =
      List.of(Netty4Plugin.class, PercolatorPlugin.class, MapperExtrasPlugin.class, ReindexPlugin.class);

  private LocalNode(Settings settings) {
    super(InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "test"), MODULES, false);
  }

  public static void main(String[] arguments) throws Exception {
    new LocalNode(settings(arguments)).start();
    Thread.currentThread().join();
  }

  private static Settings settings(String[] arguments) {
    return Settings.builder()
        .put("path.home", Path.of(arguments[0]).toAbsolutePath())
        .put("http.port", arguments[1])
        .put("transport.port", arguments[2])
        .put("cluster.name", "contacts-test")
        .put("node.name", "test")
        .put("discovery.type", "single-node")
        .put("cluster.max_shards_per_node", 20000)
        .put("cluster.routing.allocation.disk.threshold_enabled", false)
        .build();
  }
}
