# Likeness of hidden states between layers, of main.
# 'gnuplot likeness_of_layers.gp', here, draws likeness_of_layers.svg and likeness_of_layers.pdf from likeness_of_layers.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'likeness_of_layers.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,119 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,1.23611in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'likeness_of_layers.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN

set lmargin at screen 0.2187
set rmargin at screen 0.845171
set tmargin at screen 0.932584
set bmargin at screen 0.258427
unset border
unset key
unset logscale
set tics nomirror scale 0
set xrange [0.5:5.5]
set yrange [5.5:0.5]
set xtics ('0' 1, '1' 2, '2' 3, '3' 4, 'final_norm' 5) offset 0,0.4 noenhanced
set ytics ('embedding' 1, '0' 2, '1' 3, '2' 4, '3' 5) offset 0.5,0 noenhanced
set palette defined (0 '#FDE725', 1 '#B5DE2B', 2 '#6ECE58', 3 '#35B779', 4 '#1F9E89', 5 '#26828E', 6 '#31688E', 7 '#3E4A89', 8 '#482878', 9 '#440154')
set cbrange [0:1]
set colorbox user origin screen 0.865918, screen 0.258427 size screen 0.0248963, screen 0.674157 noborder
set cbtics ('0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6, '0.8' 0.8, '1.0' 1) noenhanced
set cbtics offset -0.6,0 scale 0
unset label
unset arrow
set label 'layer' at graph 0.5, screen 0.0786517 center noenhanced
set label 'layer' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set label 'CKA' at screen 0.970954, graph 0.5 center rotate by 90 noenhanced
set label '.817' at first 1, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.704' at first 2, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.635' at first 3, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.539' at first 4, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.540' at first 5, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.888' at first 2, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.793' at first 3, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.659' at first 4, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.660' at first 5, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.910' at first 3, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.750' at first 4, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.752' at first 5, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.854' at first 4, first 4 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.846' at first 5, first 4 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.986' at first 5, first 5 center noenhanced front font small textcolor rgb '#FFFFFF'
plot \
    'likeness_of_layers.csv' using (of(1, column('column_place'))):(column('row_place')):(column('column_place')-0.5):(column('column_place')+0.5):(column('row_place')-0.5):(column('row_place')+0.5):(cell('unbiased_cka')) with boxxyerror fillstyle solid 1 noborder fillcolor palette
set output
